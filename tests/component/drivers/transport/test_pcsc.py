"""The PC/SC transport against a real pcscd: restarts, crashes, other programs, speed. And a private pcscd stays
private.
"""

from __future__ import annotations

import fcntl
import socket
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.errors import LinkLost, LinkTimeout, NoChip, ServiceLost, ServiceSilent, TransportError
from drivers.permit_chip import apdu
from drivers.permit_chip.chip import PermitChip
from drivers.permit_chip.records import RelayCommand
from drivers.simulators.activity import ActivityLog
from drivers.simulators.pcscd import PrivatePcscd
from drivers.simulators.permit import PermitLocation, SimulatedPermit
from drivers.simulators.virtual_chip import VirtualChip
from drivers.simulators.vpcd_link import VpcdHost
from drivers.transport import pcsc, pcscd_line
from drivers.transport.pcsc_codes import failure
from tests.contract.test_permit_chip_coupler import BlankFace
from tests.fakes.invented_permits import KEYS, REFERENCE, UPDATE, fields_of, reference_chip, signed
from tests.waiting import FOR_EVER_S, eventually

pytestmark = pytest.mark.pcsc

SELECT = apdu.select_application(REFERENCE.aid)


@pytest.fixture
def permit(pcscd: PrivatePcscd) -> Iterator[SimulatedPermit]:
    """A reference permit at the station of the virtual reader."""
    host = VpcdHost(pcscd.vpcd_url, ActivityLog(), pace=0.0)
    host.start()
    lying = SimulatedPermit("invented", reference_chip(), BlankFace())
    host.attach(lying)
    lying.move_to(PermitLocation.STATION)
    yield lying
    host.stop()


@pytest.fixture
def coupler(pcscd: PrivatePcscd, permit: SimulatedPermit) -> Iterator[pcsc.PcscCoupler]:
    slot = pcsc.PcscCoupler(pcscd.reader_name)
    yield slot
    slot.close()


def test_the_slots_are_listed_by_their_names(pcscd: PrivatePcscd) -> None:
    assert pcsc.list_slots() == pcscd.reader_names


def test_a_slot_that_does_not_exist_is_a_lost_link_and_not_an_empty_slot(pcscd: PrivatePcscd) -> None:
    coupler = pcsc.PcscCoupler("No Such Reader 00 00")
    with pytest.raises(LinkLost, match="the reader is gone"):
        coupler.connect(0.5)


def test_the_chip_is_ours_alone(coupler: pcsc.PcscCoupler, pcscd: PrivatePcscd) -> None:
    coupler.connect(5)
    intruder = pcsc.PcscCoupler(pcscd.reader_name)
    with pytest.raises(LinkLost, match="another program holds the chip"):
        intruder.connect(0.3)
    coupler.close()
    intruder.connect(5)
    intruder.close()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["restart", "kill"])
def test_a_pcscd_that_goes_away_between_two_connections_is_not_noticed(
    pcscd: PrivatePcscd,
    coupler: pcsc.PcscCoupler,
    how: str,
) -> None:
    coupler.connect(5).close()
    _go_away(pcscd, how)
    assert coupler.connect(5).transmit(SELECT).sw == 0x610A


@pytest.mark.slow
@pytest.mark.parametrize("how", ["restart", "kill"])
def test_a_pcscd_that_goes_away_during_a_connection_is_a_lost_link_and_the_next_connect_works(
    pcscd: PrivatePcscd,
    coupler: pcsc.PcscCoupler,
    how: str,
) -> None:
    for _ in range(2):
        chip = PermitChip(coupler, [REFERENCE])
        chip.open(5)
        _go_away(pcscd, how)
        with pytest.raises(LinkLost, match="pcscd is gone"):
            chip.read()
        chip.close()
        chip.open(5)
        assert dict(chip.read().fields) == fields_of(REFERENCE)
        chip.close()


@pytest.mark.slow
def test_a_pcscd_that_goes_away_while_we_wait_for_a_chip_is_a_lost_link(
    pcscd: PrivatePcscd,
    permit: SimulatedPermit,
    coupler: pcsc.PcscCoupler,
) -> None:
    permit.move_to(PermitLocation.HAND)
    with pytest.raises(NoChip):
        coupler.connect(0.6)
    restarting = threading.Timer(0.3, pcscd.restart)
    restarting.start()
    try:
        with pytest.raises(LinkLost):
            coupler.connect(10)
    finally:
        restarting.join()
    permit.move_to(PermitLocation.STATION)
    assert coupler.connect(5).transmit(SELECT).sw == 0x610A


@pytest.mark.slow
def test_while_pcscd_is_stopped_every_call_says_so_at_once_and_afterwards_all_is_well(
    pcscd: PrivatePcscd,
    coupler: pcsc.PcscCoupler,
) -> None:
    pcscd.stop()
    try:
        for _ in range(3):
            with pytest.raises(LinkLost, match="pcscd is gone"):
                coupler.connect(FOR_EVER_S)
            with pytest.raises(LinkLost, match="pcscd is gone"):
                pcsc.list_slots()
    finally:
        pcscd.start()
    assert coupler.connect(5).transmit(SELECT).sw == 0x610A


def _go_away(pcscd: PrivatePcscd, how: str) -> None:
    if how == "restart":
        pcscd.restart()
    else:
        pcscd.kill()
        pcscd.start()


LIMITS = ("ANSWER_S", "POWER_S", "TRANSMIT_S")


class Frost:
    """Lets pcscd hang, and the caller have little patience as long as it does."""

    def __init__(self, pcscd: PrivatePcscd, monkeypatch: pytest.MonkeyPatch) -> None:
        self._pcscd = pcscd
        self._monkeypatch = monkeypatch
        self._patience = {limit: getattr(pcsc, limit) for limit in LIMITS}

    def begins(self, patience_s: float = 0.3) -> None:
        self._pcscd.freeze()
        for limit in LIMITS:
            self._monkeypatch.setattr(pcsc, limit, patience_s)

    def ends(self) -> None:
        self._recover_patience()
        self._pcscd.thaw()

    def ends_by_a_new_pcscd(self) -> None:
        self._recover_patience()
        self._pcscd.kill()
        self._pcscd.start()

    def _recover_patience(self) -> None:
        for limit, seconds in self._patience.items():
            self._monkeypatch.setattr(pcsc, limit, seconds)


@pytest.fixture
def frost(pcscd: PrivatePcscd, monkeypatch: pytest.MonkeyPatch) -> Iterator[Frost]:
    frost = Frost(pcscd, monkeypatch)
    yield frost
    frost.ends()


def test_a_frozen_pcscd_is_silent_in_every_call_and_serves_again_when_it_goes_on(
    frost: Frost,
    coupler: pcsc.PcscCoupler,
) -> None:
    coupler.look()
    frost.begins()
    with pytest.raises(ServiceSilent, match=r"nothing came within 0.3 s while looking"):
        coupler.look()
    for ask in (coupler.look, lambda: coupler.connect(5), coupler.list_slots):
        with pytest.raises(ServiceSilent, match="an earlier call is not over yet"):
            ask()
    frost.ends()
    eventually(lambda: _looks(coupler))
    assert coupler.connect(5).transmit(SELECT).sw == 0x610A


def test_a_pcscd_that_was_frozen_before_anybody_called_is_silent_and_serves_again(
    frost: Frost,
    coupler: pcsc.PcscCoupler,
) -> None:
    frost.begins()
    with pytest.raises(ServiceSilent, match="while connecting to pcscd"):
        coupler.connect(5)
    with pytest.raises(ServiceSilent, match="while connecting to pcscd"):
        pcsc.list_slots()
    frost.ends()
    eventually(lambda: _looks(coupler))
    assert coupler.connect(5).transmit(SELECT).sw == 0x610A


def test_a_pcscd_frozen_in_the_middle_of_a_command_lets_the_thread_go_and_the_command_is_over_before_the_next_reading(
    frost: Frost,
    permit: SimulatedPermit,
    coupler: pcsc.PcscCoupler,
) -> None:
    chip = PermitChip(coupler, [REFERENCE])
    chip.open(5)
    write = REFERENCE.encode_update(UPDATE)[0]
    challenge = chip.relay([RelayCommand(apdu.get_challenge())])[0].data
    frost.begins()
    with pytest.raises(ServiceSilent, match="while talking to the chip"):
        chip.relay([RelayCommand(signed(REFERENCE, write, challenge))])
    chip.close()
    with pytest.raises(ServiceSilent, match="an earlier call is not over yet"):
        chip.open(5)
    frost.ends()
    eventually(lambda: _looks(coupler))
    chip.open(5)
    came_late = dict(chip.read().fields)
    chip.close()
    # pcscd had the command in its queue: it was carried out when it went on, before this reading and never after it.
    assert came_late != fields_of(REFERENCE)
    chip.open(5)
    assert dict(chip.read().fields) == came_late


def test_a_chip_that_is_closed_while_pcscd_is_frozen_keeps_nobody_waiting(
    frost: Frost,
    coupler: pcsc.PcscCoupler,
) -> None:
    chip = coupler.connect(5)
    frost.begins()
    chip.close()
    with pytest.raises(ServiceSilent):
        coupler.look()
    coupler.close()


@pytest.mark.slow
@pytest.mark.parametrize("when", ["established", "connecting"])
def test_a_frozen_pcscd_that_is_killed_and_started_anew_is_asked_at_once(
    frost: Frost,
    coupler: pcsc.PcscCoupler,
    when: str,
) -> None:
    if when == "established":
        coupler.look()
    frost.begins()
    with pytest.raises(ServiceSilent):
        coupler.look()
    frost.ends_by_a_new_pcscd()
    coupler.look()
    assert coupler.connect(5).transmit(SELECT).sw == 0x610A


@pytest.mark.slow
def test_a_pcscd_killed_under_a_waiting_call_is_gone_and_the_chip_is_not_blamed(
    pcscd: PrivatePcscd,
    permit: SimulatedPermit,
    frost: Frost,
) -> None:
    for _ in range(5):
        coupler = pcsc.PcscCoupler(pcscd.reader_name)
        chip = coupler.connect(5)
        frost.begins(patience_s=60.0)
        said: list[Exception] = []
        waiting = threading.Thread(target=lambda chip=chip, said=said: said.append(_raised(chip)))
        waiting.start()
        eventually(_has_sent_what_pcscd_has_not_read)
        frost.ends_by_a_new_pcscd()
        waiting.join()
        coupler.close()
        assert [type(error) for error in said] == [ServiceLost]


def _raised(chip: pcsc.PcscChip) -> Exception:
    try:
        chip.transmit(SELECT)
    except TransportError as error:
        return error
    raise AssertionError("the chip answered behind a frozen pcscd")


def _has_sent_what_pcscd_has_not_read() -> bool:
    lines = pcscd_line._lines().values()
    unread = [int.from_bytes(fcntl.ioctl(line, termios.TIOCOUTQ, bytes(4)), sys.byteorder) for line in lines]
    for line in lines:
        line.close()
    return any(unread)


def _looks(coupler: pcsc.PcscCoupler) -> bool:
    try:
        coupler.look()
    except ServiceSilent:
        return False
    return True


def test_twenty_calls_to_a_frozen_pcscd_put_one_connection_into_its_queue_and_leave_no_thread_behind(
    frost: Frost,
    coupler: pcsc.PcscCoupler,
) -> None:
    frost.begins()
    with pytest.raises(ServiceSilent, match="while connecting"):
        coupler.look()
    threads, links = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(19):
        with pytest.raises(ServiceSilent, match="an earlier call is not over yet"):
            coupler.look()
    assert threading.active_count() == threads
    assert len(list(Path("/proc/self/fd").iterdir())) == links


def test_a_chip_torn_out_in_the_middle_of_the_write_is_old_or_new_and_never_mixed(
    permit: SimulatedPermit,
    coupler: pcsc.PcscCoupler,
) -> None:
    chip = PermitChip(coupler, [REFERENCE])
    chip.open(5)
    write = REFERENCE.encode_update(UPDATE)[0]
    challenge = chip.relay([RelayCommand(apdu.get_challenge())])[0].data
    assert isinstance(permit.chip, VirtualChip)
    permit.chip.tear_after(200)
    with pytest.raises((LinkLost, LinkTimeout)):
        chip.relay([RelayCommand(signed(REFERENCE, write, challenge))])
    chip.close()
    chip.open(5)
    assert dict(chip.read().fields) == fields_of(REFERENCE)
    chip.close()


def test_a_hundred_connections_leave_no_context_and_no_socket_behind(coupler: pcsc.PcscCoupler) -> None:
    coupler.connect(5).close()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(100):
        coupler.connect(5).close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_neither_pcscd_nor_vpcd_can_be_reached_over_the_network(pcscd: PrivatePcscd) -> None:
    own_ports = subprocess.run(["ss", "-ltnp"], capture_output=True, text=True, check=True).stdout
    assert "pcscd" not in own_ports
    run_dir = pcscd.log.parent
    assert run_dir.stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_two_private_pcscds_run_side_by_side_and_end_with_their_owner(tmp_path_factory: pytest.TempPathFactory) -> None:
    run_dir = tmp_path_factory.mktemp("side")
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom drivers.simulators.pcscd import PrivatePcscd\n"
        "p = PrivatePcscd(Path(sys.argv[1])); p.start(); print('up', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(run_dir)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "up\n"
        assert _somebody_answers(run_dir)
        owner.kill()
        owner.wait()
    eventually(lambda: not _somebody_answers(run_dir))


def _somebody_answers(run_dir: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(PrivatePcscd(run_dir).environment["PCSCLITE_CSOCK_NAME"]) == 0


def test_a_run_directory_too_long_for_a_socket_is_refused_with_a_reason(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="choose a shorter run directory"):
        PrivatePcscd(tmp_path / ("long" * 30)).start()


def test_a_pcscd_that_does_not_come_up_tells_its_last_words(tmp_path_factory: pytest.TempPathFactory) -> None:
    run_dir = tmp_path_factory.mktemp("bad")
    (run_dir / "reader.conf").mkdir()
    with pytest.raises((RuntimeError, OSError)):
        PrivatePcscd(run_dir).start()


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (0x8010001D, ServiceLost, "pcscd is gone: SCARD_E_NO_SERVICE"),
        (0x8010001E, ServiceLost, "pcscd is gone: SCARD_E_SERVICE_STOPPED"),
        (0x80100003, ServiceLost, "pcscd is gone: SCARD_E_INVALID_HANDLE"),
        (0x80100013, ServiceLost, "pcscd is gone: SCARD_F_COMM_ERROR"),
        (0x6BA, ServiceLost, "pcscd is gone: 000006BA"),
        (0x80100017, LinkLost, "the reader is gone: SCARD_E_READER_UNAVAILABLE"),
        (0x80100069, LinkLost, "the chip left its contacts: SCARD_W_REMOVED_CARD"),
        (0x80100068, LinkLost, "the chip left its contacts: SCARD_W_RESET_CARD"),
        (0x80100016, LinkTimeout, "the chip is silent: SCARD_E_NOT_TRANSACTED"),
        (0x80100066, LinkTimeout, "the chip is silent: SCARD_W_UNRESPONSIVE_CARD"),
        (0x8010000B, LinkLost, "another program holds the chip: SCARD_E_SHARING_VIOLATION"),
        (0x80100004, TransportError, "PC/SC refused: SCARD_E_INVALID_PARAMETER"),
    ],
)
def test_every_foreign_code_becomes_one_of_our_errors(code: int, kind: type[TransportError], words: str) -> None:
    error = failure(code, "testing")
    assert type(error) is kind
    assert str(error) == f"{words} while testing"


def test_the_test_keys_are_not_what_a_kiosk_could_ever_need() -> None:
    # The driver's side of this test run never imports keys: the relay is given signed commands.
    assert not [name for name in vars(pcsc) if "key" in name.lower()]
    assert KEYS.tdes != KEYS.sm4
