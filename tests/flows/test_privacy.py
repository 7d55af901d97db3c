"""Nothing about the holder is left on the kiosk's side: not in logs, files, exceptions or the way values print."""

from __future__ import annotations

import logging
import traceback
from base64 import b32encode, b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from drivers.simulators.permit_unit_sim import PermitUnitSim
from drivers.simulators.residents import Residents, check_digit
from kiosk.__main__ import main
from kiosk.services.holder_check import hashed as hashed_code
from kiosk.services.technician_access import hashed as hashed_pin
from kiosk.workflow import events as on
from kiosk.workflow import machine, transition
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.component.services.test_technician_access import CHEAP_KIB, PIN, SECRET
from tests.flows.conftest import OpenPlace
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.operator_keys import write_operator
from tests.lobby.visitor import LIN, NEIGHBOUR
from tests.waiting import eventually

# Where power is cut the machine's thread ends by SystemExit.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception in thread machine:pytest.PytestUnhandledThreadExceptionWarning"
)

NUMBER = "34139919880917777"
PERSON: dict[str, Any] = {
    "name": "甄标记",
    "address": "标记省印记市戳记县痕记路七七七号",
    "newest_address": "新标省新印市新戳路八八八号",
    "number": NUMBER + check_digit(NUMBER),
    "authority": "戳记县公安局",
    "birth": date(1988, 9, 17),
}
PERMIT: dict[str, Any] = {
    "permit_number": "310000209977700777",
    "address": "上海市标记区印痕路九九九弄",
}
SHOWN_LICENCE = "FC-8D1L-9094-7735"  # of "somebody-elses" in the residents' data
# Parts of the number too, but none so short that a random number may hold it by chance.
MARKERS = [
    PERSON["name"],
    PERSON["address"],
    PERSON["newest_address"],
    PERSON["number"],
    NUMBER,
    "19880917",
    "1988-09-17",
    PERSON["authority"],
    PERMIT["permit_number"],
    PERMIT["address"],
    "1988, 9, 17",
    "1988.09.17",
    NUMBER[-8:],
    SHOWN_LICENCE,
]
# What lasts must not even tell which permit it was.
IN_RECORDS = [*MARKERS, "8600310000000001"]


MOST_CUT = 8  # bytes at both ends of which base64 leaves nothing to be sure of


def forms(marker: str) -> list[bytes]:
    """How a text may hide in bytes: in UTF-8, as on the reader's line, as in the chip, in hex, escaped, in a
    URL, in base64.
    """
    texts = {marker, ascii(marker)[1:-1], marker.encode("utf-8").hex(), marker.encode("utf-8").hex().upper()}
    encoded = [text.encode("utf-8") for text in texts] + [quote(marker).encode()]
    for encoding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be"):
        raw = marker.encode(encoding)
        encoded += [raw, raw.hex().encode(), raw.hex().upper().encode(), repr(raw)[2:-1].encode(), *in_base64(raw)]
    return encoded


def in_base64(raw: bytes) -> list[bytes]:
    """How bytes look in the base64 of something longer, wherever in it they begin."""
    return [b64encode(bytes(before) + raw)[4 if before else 0 : -4] for before in range(3) if len(raw) > MOST_CUT]


def found_in(where: str, content: bytes, markers: list[Any] = MARKERS) -> list[str]:
    return [f"{marker} in {where}" for marker in markers for form in forms(str(marker)) if form in content]


@pytest.fixture
def marked(everybody: Residents) -> Residents:
    """Lin, with a marker in every field."""
    people, permits = dict(everybody.people), dict(everybody.permits)
    people[LIN.person] = replace(people[LIN.person], **PERSON)
    assert SHOWN_LICENCE in everybody.licences["somebody-elses"].code
    permits[LIN.permit] = replace(permits[LIN.permit], **PERMIT)
    return replace(everybody, people=people, permits=permits)


@pytest.fixture
def spoken(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything logged at any level, with tracebacks, and every state, event and effect as it prints."""
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    step = machine.step

    def overheard(site: transition.Site, state: s.State, event: on.Event) -> transition.Step | None:
        result = step(site, state, event)
        said.extend((repr(state), repr(event), repr(result), str(event)))
        return result

    monkeypatch.setattr("kiosk.runtime.engine.step", overheard)
    return said


def assert_nothing_left(
    place: KioskHarness, said: list[str], caplog: pytest.LogCaptureFixture, state_dir: Path
) -> None:
    found = found_in("what values print", "\n".join(said).encode())
    for record in caplog.records:
        if record.name.startswith(("sqlalchemy", "asyncio", "uvicorn", "alembic")):
            continue  # central's side
        error = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        found += found_in(f"the log of {record.name}", f"{record.getMessage()} {error}".encode(), IN_RECORDS)
    files = [file for file in state_dir.rglob("*") if file.is_file()]
    assert [file.name for file in files if file.name == "journal.db"] == ["journal.db"]
    for file in files:
        found += found_in(file.name, file.read_bytes(), IN_RECORDS)
    assert found == []
    assert said


PLAYED: dict[str, Callable[[KioskHarness], Any]] = {}


def played(play: Callable[[KioskHarness], Any]) -> Callable[[KioskHarness], Any]:
    PLAYED[play.__name__] = play
    return play


@played
def a_renewal(place: KioskHarness) -> None:
    place.plays(LIN.renewal())


@played
def a_refusal(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Declaring))
    place.chooses(Intent.ANSWER_YES)
    place.sees(s.Declaring)
    place.chooses(Intent.ANSWER_NO)
    place.sees(s.ChoosingProof)
    place.chooses(Intent.CHOOSE, "registered_lease")
    place.sees(s.ReadingLicenceCode)
    place.shows_licence("somebody-elses")
    place.sees(s.ReadingLicenceCode)
    place.chooses(Intent.NO_PROOF)
    place.sees(s.ChoosingProof)
    place.chooses(Intent.CHOOSE, "none")
    place.sees(s.ShowingAssessment)
    place.chooses(Intent.GO_ON)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)


@played
def garbage_from_central(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Declaring))
    place.central.set_fault("garbage_json")
    place.chooses(Intent.ANSWER_NO)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)


@played
def a_lost_answer(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Declaring))
    place.central.set_fault("drop_connection_after_commit")
    place.chooses(Intent.ANSWER_NO)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)


@played
def a_chip_torn_in_the_write(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Confirming))
    place.rig.fault("permit_chip", "torn")
    place.chooses(Intent.CONFIRM)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)


@played
def a_face_that_does_not_follow(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Confirming))
    place.rig.fault("permit_unit", "image_error")
    place.answers(LIN.since(s.Confirming))


@played
def a_printer_that_breaks(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Confirming))
    place.rig.fault("receipt_printer", "paper_out_while_printing")
    place.answers(LIN.since(s.Confirming))


@played
def a_withdrawal_before_confirming(place: KioskHarness) -> None:
    place.plays(LIN.until(s.Confirming))
    place.chooses(Intent.CANCEL)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)


@played
def a_permit_that_nobody_takes(place: KioskHarness) -> None:
    place.plays(LIN.through(s.Confirming))
    place.sees(s.AwaitingRemoval)
    place.lets_pass()
    place.sees(s.AwaitingRemoval, lambda state: state.reminded)
    place.lets_pass()
    place.sees(s.ShowingOutcome)


@played
def a_stop_in_the_middle_of_writing(place: KioskHarness) -> None:
    place.cut_power_at(s.ReadingChipBack)
    place.plays(LIN.through(s.Confirming))
    place.loses_power()
    place.start_kiosk()
    place.asks_for_permit()
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)


@played
def somebody_elses_id_card(place: KioskHarness) -> None:
    place.rig.lay_id_card(NEIGHBOUR.person)
    place.plays(replace(LIN, person=NEIGHBOUR.person).until(s.AwaitingPermit))
    place.rig.offer_permit(LIN.permit)
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)


@pytest.mark.parametrize("play", PLAYED.values(), ids=PLAYED.keys())
def test_nothing_about_the_holder_stays_on_the_kiosks_side(
    open_place: OpenPlace,
    marked: Residents,
    spoken: list[str],
    caplog: pytest.LogCaptureFixture,
    play: Callable[[KioskHarness], Any],
) -> None:
    place = open_place(residents=marked)
    place.start_kiosk()
    play(place)
    assert_nothing_left(place, spoken, caplog, place.config.state_dir)
    place.stop_kiosk()
    assert_nothing_left(place, spoken, caplog, place.config.state_dir)


@pytest.mark.parametrize("play", [a_renewal, a_chip_torn_in_the_write, a_stop_in_the_middle_of_writing])
def test_nothing_about_the_holder_and_no_secret_is_in_a_support_bundle(
    tmp_path: Path,
    open_place: OpenPlace,
    marked: Residents,
    play: Callable[[KioskHarness], Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    pin, attendant = hashed_pin(PIN, CHEAP_KIB), hashed_code("314159", cost=2**4)
    technicians = tmp_path / "technicians.toml"
    secret = b32encode(SECRET).decode()
    technicians.write_text(
        f'[17]\nname = "甄标记"\nrole = "engineer"\npin = "{pin}"\notp_secret = "{secret}"\n', "utf-8"
    )
    tables = {
        "support": {"certificate": str(write_operator(tmp_path))},
        "service_mode": {"technicians": str(technicians)},
        "holder_check": {"way": "none"},
        "holder_check.attendants": {'"17"': attendant},
    }
    place = open_place(residents=marked, tables=tables)
    place.start_kiosk()
    play(place)
    words = ["bundle", "--config", str(tmp_path / "kiosk.toml")]
    assert main([*words, "--to", str(stick)]) == 0
    (sealed,) = stick.iterdir()
    assert main([*words, "--open", str(sealed), "--key", str(tmp_path / "operator.key"), "--to", str(tmp_path)]) == 0
    folder = Path(capsys.readouterr().out.splitlines()[-1])
    names = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert names >= {"diagnose.json", "configuration.json", "journal/steps.jsonl", "journal/stories.txt"}
    key = b"".join(place.config.central.key.read_bytes().splitlines()[1:-1])
    secrets = [PIN, "314159", pin.split("$")[-1], attendant.split(":")[-1], secret, key[20:60].decode()]
    found = [
        each
        for file in folder.rglob("*")
        if file.is_file()
        for each in found_in(file.name, file.read_bytes(), [*IN_RECORDS, *secrets])
    ]
    assert found == []


def test_the_markers_would_be_found(open_place: OpenPlace, marked: Residents) -> None:
    place = open_place(residents=marked)
    place.start_kiosk()
    confirming = place.plays(LIN.until(s.Confirming))
    shown = f"{confirming.case.holder.name.reveal()} {confirming.case.permit.permit_number.reveal()}"
    assert len(found_in("what a person sees", shown.encode())) >= 2


def test_a_receipt_shows_no_whole_number(open_place: OpenPlace, marked: Residents) -> None:
    place = open_place(residents=marked)
    place.start_kiosk()
    place.plays(LIN.renewal())
    [receipt] = place.receipts()
    assert str(PERSON["number"]) not in receipt
    assert str(PERMIT["permit_number"]) not in receipt
    assert str(PERSON["name"]) not in receipt


def test_after_a_visit_the_units_image_buffer_is_blank(place: KioskHarness) -> None:
    place.plays(LIN.renewal())
    unit = place.rig.permit_unit
    assert isinstance(unit, PermitUnitSim)
    eventually(lambda: set(unit.raster) == {0})
