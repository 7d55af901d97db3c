"""The bench rig: hands, faults, state, pictures; with the real drivers on its wires, and by remote control."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from assets import ASSETS
from drivers.code_scanner.device import LineScanner
from drivers.code_scanner.device_file import CodeScannerFile
from drivers.errors import NoChip
from drivers.id_reader.device import IdReader
from drivers.id_reader.reader_file import IdReaderFile
from drivers.permit_unit.base import PermitPosition, ResetPolicy, TakeInOutcome
from drivers.permit_unit.crt_591_m.device import Crt591M
from drivers.permit_unit.crt_591_m.device_file import load_device_file as load_crt_file
from drivers.permit_unit.dialects import CRT, STAR
from drivers.permit_unit.star_tcp300.device import StarTcp300
from drivers.permit_unit.star_tcp300.device_file import load_device_file
from drivers.receipt_printer import device_file
from drivers.receipt_printer.device import ReceiptPrinter
from drivers.receipt_printer.document import ReceiptDocument, TextLine
from drivers.simulators.control import RigClient, RigControl, RigRefused
from drivers.simulators.direct_link import DirectCoupler
from drivers.simulators.residents import Residents, load_residents
from drivers.simulators.rig import Rig
from drivers.transport.urls import bytes_opener, open_bytes
from drivers.typeface import Typeface
from tests.fakes.service_cards import Authority
from tests.waiting import LIMIT_S, eventually

ROOT = Path(__file__).parents[4]
DEVICES = ASSETS / "devices"
TODAY = date(2026, 3, 2)
LIN, LIN_PERMIT = "lin-yuzhen", "lin-yuzhen-shanghai"
RECEIPT = ReceiptDocument((TextLine("居住证签注凭条"),))


@pytest.fixture(scope="module")
def typeface() -> Typeface:
    return Typeface.load(ASSETS / "fonts")


@pytest.fixture(scope="module")
def residents() -> Residents:
    return load_residents(today=TODAY)


@pytest.fixture
def coupler() -> Iterator[DirectCoupler]:
    coupler = DirectCoupler()
    yield coupler
    coupler.close()


@pytest.fixture
def rig(tmp_path: Path, residents: Residents, coupler: DirectCoupler, typeface: Typeface) -> Iterator[Rig]:
    rig = Rig(tmp_path, residents, 0.0, coupler.url, typeface)
    rig.start()
    yield rig
    rig.stop()


@pytest.fixture
def client(rig: Rig, tmp_path: Path) -> Iterator[RigClient]:
    control = RigControl(rig, tmp_path / "control")
    control.start()
    with RigClient(tmp_path / "control") as client:
        yield client
    control.stop()


def size_of(picture: Path) -> tuple[int, int]:
    with Image.open(picture) as image:
        return image.size


@pytest.fixture
def unit(rig: Rig) -> Iterator[StarTcp300]:
    star = load_device_file(DEVICES / "star-tcp300.toml")
    unit = StarTcp300(lambda: open_bytes(rig.urls["permit_unit"], "permit_unit"), star)
    unit.reset(ResetPolicy.LEAVE)
    yield unit
    unit.close()


def test_an_identity_card_on_the_reader_is_read_by_the_driver(rig: Rig, residents: Residents) -> None:
    reader = IdReader(bytes_opener(rig.urls["id_reader"], "id_reader"), IdReaderFile.load(DEVICES / "gat467.toml"))
    reader.open()
    try:
        assert reader.read_id_card() is None
        rig.lay_id_card(LIN)
        record = eventually(reader.read_id_card)
        assert record is not None
        assert record.text.id_number == residents.people[LIN].number
        rig.lift_id_card()
        assert rig.state()["id_card_lying"] is None
    finally:
        reader.close()


def test_a_permit_goes_in_and_its_chip_is_met_and_it_comes_back(
    rig: Rig,
    unit: StarTcp300,
    coupler: DirectCoupler,
) -> None:
    with pytest.raises(NoChip):
        coupler.connect(0.05)
    rig.offer_permit(LIN_PERMIT)
    assert unit.take_in(lambda: False) is TakeInOutcome.TAKEN_IN
    assert rig.state()["permits"][LIN_PERMIT]["place"] == "station"
    chip = coupler.connect(2.0)
    assert chip.transmit(bytes.fromhex("0084000004")).sw == 0x9000
    chip.close()
    unit.give_back()
    assert unit.status().position is PermitPosition.AT_MOUTH
    assert rig.take_permit() == LIN_PERMIT
    assert rig.state()["permits"][LIN_PERMIT]["place"] == "hand"


def test_another_kiosks_unit_takes_the_place_and_the_url_of_the_first_one(rig: Rig, coupler: DirectCoupler) -> None:
    url = rig.urls["permit_unit"]
    assert rig.exchange_unit(CRT, contacts=False) == url
    other = Crt591M(lambda: open_bytes(url, "permit_unit"), load_crt_file(DEVICES / "crt-591-m.toml"))
    other.reset(ResetPolicy.LEAVE)
    rig.offer_permit(LIN_PERMIT)
    assert other.take_in(lambda: False) is TakeInOutcome.TAKEN_IN
    assert rig.state()["permit_in_unit"] == LIN_PERMIT
    with pytest.raises(NoChip):
        coupler.connect(0.3)
    with pytest.raises(ValueError, match="a permit is in the mouth, inside or in the bin"):
        rig.exchange_unit(STAR, contacts=True)
    other.give_back()
    assert rig.take_permit() == LIN_PERMIT
    other.close()
    assert rig.exchange_unit(STAR, contacts=True) == url
    first = StarTcp300(lambda: open_bytes(url, "permit_unit"), load_device_file(DEVICES / "star-tcp300.toml"))
    first.reset(ResetPolicy.LEAVE)
    rig.offer_permit(LIN_PERMIT)
    assert first.take_in(lambda: False) is TakeInOutcome.TAKEN_IN
    chip = coupler.connect(2.0)
    assert chip.transmit(bytes.fromhex("0084000004")).sw == 0x9000
    chip.close()
    first.close()


def test_a_unit_that_nobody_makes_takes_no_place_and_faults_go_with_the_unit(rig: Rig, client: RigClient) -> None:
    with pytest.raises(RigRefused, match="there is no permit unit 'punched-tape'"):
        client.do("exchange_unit", unit="punched-tape", contacts=True)
    client.do("fault", device="permit_unit", name="bin_full")
    client.do("exchange_unit", unit=CRT, contacts=False)
    assert client.do("state")["faults"]["permit_unit"] == []
    assert "jam_printing" not in client.do("fault_names")["permit_unit"]


def test_a_retained_permit_is_counted_and_taken_out_by_staff(rig: Rig, unit: StarTcp300) -> None:
    rig.offer_permit(LIN_PERMIT)
    unit.take_in(lambda: False)
    unit.retain()
    assert rig.state()["bin"] == [LIN_PERMIT]
    assert rig.empty_bin() == [LIN_PERMIT]
    assert rig.state()["permits"][LIN_PERMIT]["place"] == "hand"


def test_the_state_tells_what_the_chip_holds(rig: Rig) -> None:
    permit = rig.state()["permits"][LIN_PERMIT]
    assert permit["chip"]["valid_to"] == "2026-03-14"
    assert permit["chip"]["endorsement_count"] == 2
    assert (permit["face_prints"], permit["face_erasures"]) == (0, 0)
    assert json.loads(json.dumps(rig.state())) == rig.state()


def test_every_permit_of_the_residents_lies_ready(rig: Rig, residents: Residents) -> None:
    state = rig.state()
    assert set(state["permits"]) == set(residents.permits)
    assert {permit["place"] for permit in state["permits"].values()} == {"hand"}


def test_a_receipt_is_saved_as_a_picture_and_its_words_are_told(rig: Rig, typeface: Typeface, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="0 were printed"):
        rig.save_receipt(tmp_path / "none.png")
    model = device_file.load(DEVICES / "escpos-80-gb18030.toml")
    printer = ReceiptPrinter(lambda: open_bytes(rig.urls["receipt_printer"], "receipt_printer"), model, typeface)
    printer.print_receipt(RECEIPT)
    printer.close()
    rig.save_receipt(tmp_path / "receipt.png")
    assert size_of(tmp_path / "receipt.png")[0] == 576 + 2 * 32 + 2 * 28
    assert [text.strip() for text in rig.receipt_texts()] == ["居住证签注凭条"]
    assert rig.state()["receipt_hanging"]
    rig.tear_off_receipt()
    assert not rig.state()["receipt_hanging"]


def test_each_permit_has_a_face_that_can_be_looked_at(rig: Rig, residents: Residents, tmp_path: Path) -> None:
    for permit_id in residents.permits:
        rig.save_face(permit_id, tmp_path / "face.png")
        assert size_of(tmp_path / "face.png") == (1370, 864)


def test_a_phone_with_a_licence_is_held_before_the_scanner(rig: Rig, residents: Residents) -> None:
    model = CodeScannerFile.load(DEVICES / "code-scanner-serial.toml")
    scanner = LineScanner(lambda: open_bytes(rig.urls["code_scanner"], "code_scanner"), model)
    scanner.open()
    for licence_id, label in rig.licences().items():
        rig.show_licence_code(licence_id)
        assert scanner.read(5.0) == residents.licences[licence_id].code
        assert residents.people[residents.licences[licence_id].holder].name in label
    rig.show_code("anything else")
    assert scanner.read(5.0) == "anything else"
    scanner.close()
    with pytest.raises(ValueError, match="there is no licence 'nobody'"):
        rig.show_licence_code("nobody")


def test_a_fault_is_set_listed_and_cleared_by_device(rig: Rig) -> None:
    rig.fault("receipt_printer", "paper_out")
    rig.fault("permit_chip", "silent")
    assert rig.state()["faults"] == {
        "id_reader": [],
        "permit_unit": [],
        "permit_chip": ["silent"],
        "receipt_printer": ["paper_out"],
        "code_scanner": [],
        "guidance_lights": [],
    }
    rig.clear_faults("permit_chip")
    assert rig.state()["faults"]["permit_chip"] == []
    rig.load_paper()
    assert rig.state()["faults"]["receipt_printer"] == []


def test_every_fault_of_every_device_can_be_set_and_cleared(rig: Rig) -> None:
    for device, names in rig.fault_names.items():
        for name in names:
            rig.fault(device, name)
        rig.clear_faults(device)
    assert set(map(tuple, rig.state()["faults"].values())) == {()}


def test_covers_open_and_close(rig: Rig, unit: StarTcp300) -> None:
    rig.open_cover("permit_unit")
    rig.open_cover("receipt_printer")
    assert rig.state()["covers_open"] == ["permit_unit", "receipt_printer"]
    assert unit.status().cover_open
    rig.close_cover("permit_unit")
    rig.close_cover("receipt_printer")
    assert rig.state()["covers_open"] == []
    with pytest.raises(ValueError, match="has no cover"):
        rig.open_cover("id_reader")


def test_the_rig_obeys_by_remote_control(client: RigClient) -> None:
    client.do("lay_id_card", person_id=LIN)
    client.do("offer_permit", permit_id=LIN_PERMIT)
    state = client.do("state")
    assert (state["id_card_lying"], state["permit_in_unit"]) == (LIN, LIN_PERMIT)
    assert client.do("withdraw_permit") is True
    assert client.do("take_permit") is None
    assert client.do("people")[LIN] == "林玉珍"


@pytest.mark.parametrize(
    ("request_line", "error"),
    [
        (b"not json", "not JSON"),
        (b"[1]", 'expected an object with "do"'),
        (b'{"do": "fly"}', "cannot do 'fly'; can do lay_id_card"),
        (b'{"do": "offer_permit"}', "offer_permit takes permit_id"),
        (b'{"do": "state", "x": 1}', "state takes nothing"),
        (b'{"do": "offer_permit", "permit_id": "nobody"}', "there is no permit 'nobody'"),
        (b'{"do": "lay_id_card", "person_id": "nobody"}', "nobody here is called 'nobody'"),
        (b'{"do": "insert_service_card", "service_card": "engineer"}', "there is no slot for service cards"),
        (b'{"do": "fault", "device": "moon", "name": "dark"}', "there is no device 'moon'"),
        (b'{"do": "save_face", "permit_id": "lin-yuzhen-shanghai", "path": "/nowhere/x.png"}', "No such file"),
        (b'{"do": "save_face", "permit_id": "lin-yuzhen-shanghai", "path": 7}', "expected str"),
    ],
)
def test_a_request_that_cannot_be_met_is_answered_with_the_reason(rig: Rig, request_line: bytes, error: str) -> None:
    answer = RigControl(rig, Path("unused")).answer(request_line)
    assert answer["ok"] is False
    assert error in answer["error"]


def test_a_refusal_reaches_the_caller_as_an_exception_and_the_line_stays_usable(client: RigClient) -> None:
    with pytest.raises(RigRefused, match="there is no permit"):
        client.do("offer_permit", permit_id="nobody")
    client.do("offer_permit", permit_id=LIN_PERMIT)
    with pytest.raises(RigRefused, match="already"):
        client.do("offer_permit", permit_id=LIN_PERMIT)


def test_busy_times_are_told_once(client: RigClient, rig: Rig) -> None:
    with rig.activity.during("permit_unit", "device", "erasing"):
        pass
    [busy] = client.do("drain_activity")
    assert (busy["who"], busy["cause"], busy["doing"]) == ("permit_unit", "device", "erasing")
    assert busy["began"] <= busy["ended"]
    assert client.do("drain_activity") == []


def test_several_callers_and_one_that_leaves_do_not_disturb_each_other(client: RigClient, tmp_path: Path) -> None:
    with RigClient(tmp_path / "control") as second:
        second.do("lay_id_card", person_id=LIN)
    assert client.do("state")["id_card_lying"] == LIN


def test_the_socket_is_for_its_owner_alone(client: RigClient, tmp_path: Path) -> None:
    assert client.do("urls")
    assert (tmp_path / "control").stat().st_mode & 0o077 == 0


@pytest.mark.slow
@pytest.mark.parametrize("way", ["signal", "end of input"])
def test_the_simulators_run_as_a_process_until_they_are_told_to_end(tmp_path: Path, way: str) -> None:
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "drivers",
        "simulate",
        "--run-dir",
        str(tmp_path),
        "--pace",
        "0",
        "--control",
        str(tmp_path / "control"),
        "--today",
        "2026-03-02",
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["urls"]["receipt_printer"].startswith("tcp://127.0.0.1:")
        with RigClient(Path(ready["control"])) as client:
            assert client.do("state")["permits"][LIN_PERMIT]["chip"]["valid_to"] == "2026-03-14"
        if way == "signal":
            os.kill(process.pid, signal.SIGTERM)
        else:
            process.stdin.close()
        assert process.wait(timeout=LIMIT_S) == 0
    assert not (tmp_path / "control").exists()


def test_a_technician_s_card_is_put_into_a_slot_of_its_own_and_pulled_out(
    tmp_path: Path, residents: Residents, typeface: Typeface
) -> None:
    slot, contacts = DirectCoupler(), DirectCoupler()
    Authority(tmp_path / "cards").issue("engineer")
    rig = Rig(tmp_path, residents, 0.0, contacts.url, typeface, service_cards=(slot.url, tmp_path / "cards"))
    rig.start()
    try:
        assert rig.service_cards() == ["engineer"]
        assert slot.presence() is None
        rig.insert_service_card("engineer")
        first = eventually(slot.presence)
        assert rig.state()["service_card"] == "engineer"
        rig.insert_service_card("engineer")
        eventually(lambda: slot.presence() not in (first, None))
        assert rig.pull_service_card() == "engineer"
        eventually(lambda: slot.presence() is None)
        assert rig.pull_service_card() is None
        with pytest.raises(ValueError, match="there is no service card 'auditor'; there are engineer"):
            rig.insert_service_card("auditor")
    finally:
        rig.stop()
        slot.close()
        contacts.close()
