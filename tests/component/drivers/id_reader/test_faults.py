"""The reader's driver on the simulated wire: every fault, every speed, and the time it takes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.device_file import DeviceFileError
from drivers.errors import FrameCorrupt, IdCardUnreadable, LinkLost, LinkTimeout, NeedsRepair, UnexpectedReply
from drivers.id_reader.device import IdReader
from drivers.id_reader.frames import Answer, Blocks, encode_blocks
from drivers.id_reader.reader_file import IdReaderFile
from drivers.id_reader.text_block import CitizenText, Foreign2017Text, Foreign2023Text, HmtText
from drivers.simulators.activity import ActivityLog
from drivers.simulators.id_reader_sim import MODULE_ID, IdReaderSim, raw_photo
from drivers.simulators.pty_line import PtyLine
from drivers.simulators.residents import Residents, load_residents
from drivers.transport.base import ByteTransport
from drivers.transport.urls import bytes_opener, open_bytes

DEVICE_FILE = ASSETS / "devices" / "gat467.toml"
REAL = IdReaderFile.load(DEVICE_FILE)
# Simulators at pace 0 answer at once: silence needs no long proof.
QUICK = replace(
    REAL,
    power_up_s=0.1,
    detects_presence_after_read=True,
    timeouts_s=replace(
        REAL.timeouts_s, probe=0.1, status=0.15, find=0.15, select=0.15, text_and_photo=0.15, newest_address=0.15
    ),
)


@pytest.fixture(scope="module")
def residents() -> Residents:
    return load_residents(today=date(2026, 3, 1))


@pytest.fixture
def sim(tmp_path: Path) -> Iterator[IdReaderSim]:
    simulator = IdReaderSim(ActivityLog(), 0.0, tmp_path)
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def reader(sim: IdReaderSim) -> Iterator[IdReader]:
    device = IdReader(bytes_opener(sim.url, "id_reader"), QUICK)
    device.open()
    yield device
    device.close()


# --- what is read ---------------------------------------------------------------------------------------------------


def test_a_citizens_card_gives_text_raw_photo_and_newest_address(
    sim: IdReaderSim, reader: IdReader, residents: Residents
) -> None:
    person = residents.people["qian-xiaolan"]
    sim.lay_down(person)
    record = reader.read_id_card()
    assert record is not None
    assert record.text == CitizenText(
        name=person.name,
        sex_code="2",
        ethnicity_code="15",
        birth=person.birth,
        address=person.address,
        id_number=person.number,
        authority=person.authority,
        valid_from=person.valid_from,
        valid_to=person.valid_to,
    )
    assert (record.photo_raw, record.photo) == (raw_photo(person), None)
    assert record.newest_address == person.newest_address
    assert repr(record) == "IdCardRecord()"


def test_every_resident_of_the_data_file_can_be_read(sim: IdReaderSim, reader: IdReader, residents: Residents) -> None:
    kinds = {"citizen": CitizenText, "hmt": HmtText, "foreign_2017": Foreign2017Text, "foreign_2023": Foreign2023Text}
    for person in residents.people.values():
        sim.lay_down(person)
        record = reader.read_id_card()
        assert record is not None
        assert isinstance(record.text, kinds[person.kind])
        assert (record.text.name, record.text.id_number, record.text.valid_to) == (
            person.name,
            person.number,
            person.valid_to,
        )


def test_a_photo_decoder_is_given_the_raw_photo(sim: IdReaderSim, residents: Residents) -> None:
    reader = IdReader(bytes_opener(sim.url), QUICK, decode_photo=lambda raw: b"picture of %d" % len(raw))
    reader.open()
    sim.lay_down(residents.people["lin-yuzhen"])
    record = reader.read_id_card()
    reader.close()
    assert record is not None
    assert record.photo == b"picture of 1024"


def test_fingerprints_come_only_when_asked_for(sim: IdReaderSim, reader: IdReader, residents: Residents) -> None:
    sim.lay_down(residents.people["lin-yuzhen"])
    assert (reader.find(), reader.select()) == (True, True)
    assert reader.read_text_and_photo().fingerprint is None
    assert reader.read_text_photo_and_fingerprint().fingerprint == bytes(1024)
    assert reader.read_newest_address() is None
    assert (reader.read_module_id(), reader.baud) == (MODULE_ID, 115200)


def test_presence_after_a_read_is_told_only_where_the_device_file_says_so(
    sim: IdReaderSim, reader: IdReader, residents: Residents
) -> None:
    sim.lay_down(residents.people["lin-yuzhen"])
    assert reader.read_id_card() is not None
    assert reader.id_card_still_there() is True
    sim.lift()
    assert reader.id_card_still_there() is False
    reader.close()
    silent_about_it = IdReader(bytes_opener(sim.url), REAL)
    silent_about_it.open()
    assert silent_about_it.id_card_still_there() is None
    silent_about_it.close()


def test_the_command_that_rewrites_serial_numbers_is_never_sent(
    sim: IdReaderSim, reader: IdReader, residents: Residents
) -> None:
    sim.lay_down(residents.people["lin-yuzhen"])
    reader.read_id_card()
    reader.reset()
    assert {cmd for cmd, _ in sim.commands} <= {0x10, 0x11, 0x12, 0x20, 0x30, 0x60, 0x61}


# --- faults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["noise_before", "noise_after", "foreign_frame", "garbled_once"])
def test_a_disturbed_line_is_overcome(sim: IdReaderSim, reader: IdReader, residents: Residents, fault: str) -> None:
    sim.set_fault(fault)
    sim.lay_down(residents.people["lin-yuzhen"])
    record = reader.read_id_card()
    assert record is not None
    assert record.text.name == "林玉珍"
    assert reader.read_module_id() == MODULE_ID


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("silent", LinkTimeout),
        ("garbled", FrameCorrupt),
        ("truncated", FrameCorrupt),
        ("late", LinkTimeout),
        ("self_test_fails", NeedsRepair),
        ("unplugged", LinkLost),
    ],
)
def test_a_broken_reader_is_told_by_its_error_and_works_when_it_is_mended(
    sim: IdReaderSim, reader: IdReader, fault: str, error: type[Exception]
) -> None:
    sim.set_fault(fault)
    with pytest.raises(error) as raised:
        reader.self_test()
    assert getattr(raised.value, "device", "") == "id_reader"
    sim.clear_faults()
    reader.self_test()


def test_a_corrupt_answer_is_asked_for_once_more_and_not_for_ever(sim: IdReaderSim, reader: IdReader) -> None:
    before = len(sim.commands)
    sim.set_fault("garbled")
    with pytest.raises(FrameCorrupt, match="wrong check sum"):
        reader.self_test()
    assert sim.commands[before:] == [(0x11, 0xFF)] * 2


def test_silence_is_not_asked_again(sim: IdReaderSim, reader: IdReader) -> None:
    before = len(sim.commands)
    sim.set_fault("silent")
    with pytest.raises(LinkTimeout) as raised:
        reader.find()
    assert raised.value.waited_s == pytest.approx(0.15, abs=0.02)
    assert sim.commands[before:] == [(0x20, 0x01)]


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_commands(
    sim: IdReaderSim, reader: IdReader, residents: Residents
) -> None:
    sim.lay_down(residents.people["lin-yuzhen"])
    for _ in range(2):
        sim.set_fault("late")
        with pytest.raises(LinkTimeout):
            reader.find()
        sim.clear_faults()
    assert reader.read_module_id() == MODULE_ID
    sim.set_fault("late")
    with pytest.raises(LinkTimeout):
        reader.find()
    sim.clear_faults()
    assert reader.read_id_card() is not None


@pytest.mark.parametrize(("fault", "sw3"), [("read_fails", 0x41), ("select_fails", 0x81), ("random_refusal", 0x47)])
def test_a_card_that_cannot_be_read_is_to_be_laid_down_again(
    sim: IdReaderSim, reader: IdReader, residents: Residents, fault: str, sw3: int
) -> None:
    sim.lay_down(residents.people["lin-yuzhen"])
    sim.set_fault(fault)
    with pytest.raises(IdCardUnreadable) as raised:
        reader.read_id_card()
    assert raised.value.sw3 == sw3
    sim.clear_faults()
    sim.lift()
    sim.lay_down(residents.people["lin-yuzhen"])
    assert reader.read_id_card() is not None


def test_a_plug_pulled_and_put_back_needs_only_the_next_poll(
    sim: IdReaderSim, reader: IdReader, residents: Residents
) -> None:
    sim.lay_down(residents.people["lin-yuzhen"])
    sim.set_fault("unplugged")
    with pytest.raises(LinkLost):
        reader.read_id_card()
    with pytest.raises(LinkLost):
        reader.read_id_card()
    with pytest.raises(LinkLost):
        reader.open()
    sim.clear_faults()
    assert reader.read_id_card() is not None


def test_a_plug_pulled_and_put_back_between_two_polls_is_not_noticed(
    sim: IdReaderSim, reader: IdReader, residents: Residents
) -> None:
    sim.lay_down(residents.people["lin-yuzhen"])
    assert reader.read_id_card() is not None
    sim.set_fault("unplugged")
    sim.clear_faults()
    sim.lift()
    sim.lay_down(residents.people["lin-yuzhen"])
    assert reader.read_id_card() is not None


def test_a_reader_behind_tcp_that_was_restarted_is_asked_again_on_a_fresh_connection() -> None:
    """The connection that was kept is refused at the first byte, as by a terminal server that started anew."""
    answer = Answer(0x90).encode()
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        port = server.getsockname()[1]

        def serve() -> None:
            for _ in range(2):
                near, _ = server.accept()
                with near:
                    for _ in range(2):  # the probe, and the self-test; then it starts anew
                        near.recv(100)
                        near.sendall(answer)

        served = pool.submit(serve)
        reader = IdReader(lambda baud: open_bytes(f"tcp://127.0.0.1:{port}", "id_reader"), QUICK)
        reader.self_test()
        reader.self_test()
        reader.close()
        served.result(5.0)


def test_an_unknown_fault_is_refused(sim: IdReaderSim) -> None:
    with pytest.raises(ValueError, match="no fault 'tired'; there are silent"):
        sim.set_fault("tired")


def test_a_card_whose_dates_make_no_sense_is_about_the_card(tmp_path: Path) -> None:
    answers = iter(
        [
            Answer(0x90),
            Answer(0x9F, bytes(4)),
            Answer(0x90, bytes(8)),
            Answer(0x90, encode_blocks(Blocks(b"\x20\x00" * 128, bytes(1024)))),
        ]
    )
    line = PtyLine("id_reader", lambda _: line.send(next(answers).encode()), ActivityLog(), 0.0, tmp_path / "odd")
    reader = IdReader(bytes_opener(line.start()), QUICK)
    reader.open()
    with pytest.raises(IdCardUnreadable, match="birth is no date"):
        reader.read_id_card()
    reader.close()
    line.stop()


def test_an_answer_that_fits_no_question_is_unexpected(tmp_path: Path) -> None:
    line = PtyLine(
        "id_reader", lambda _: line.send(Answer(0x90, bytes(3)).encode()), ActivityLog(), 0.0, tmp_path / "odd"
    )
    reader = IdReader(bytes_opener(line.start()), QUICK)
    reader.open()
    with pytest.raises(UnexpectedReply, match="STATUS: status 90 with 3 bytes"):
        reader.self_test()
    answers = iter(
        [Answer(0x90), Answer(0x90, bytes(3)), Answer(0x24), Answer(0x10), Answer(0x90), Answer(0x11), Answer(0x11)]
    )
    line.stop()
    line = PtyLine("id_reader", lambda _: line.send(next(answers).encode()), ActivityLog(), 0.0, tmp_path / "odd")
    line.start()
    reader.open()
    with pytest.raises(UnexpectedReply, match="RESET: status 90 with 3 bytes"):
        reader.reset()
    with pytest.raises(UnexpectedReply, match="unknown command"):
        reader.reset()
    reader.reset()
    with pytest.raises(FrameCorrupt, match="corrupt request twice"):
        reader.reset()
    reader.close()
    line.stop()


# --- speeds and time ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("baud", [57600, 38400, 19200, 9600])
def test_a_reader_left_at_another_speed_is_found(sim: IdReaderSim, reader: IdReader, baud: int) -> None:
    reader.set_speed(baud)
    assert (reader.baud, sim.baud) == (baud, baud)
    reader.self_test()
    reader.open()
    assert reader.baud == baud
    reader.set_speed(115200)
    assert (reader.baud, reader.read_module_id()) == (115200, MODULE_ID)


def recording_reader(sim: IdReaderSim, opened: list[int]) -> IdReader:
    """A closed reader that notes at which speeds its line is opened."""

    def open_at(baud: int) -> ByteTransport:
        opened.append(baud)
        return bytes_opener(sim.url, "id_reader")(baud)

    return IdReader(open_at, QUICK)


@pytest.mark.parametrize("fault", ["garbled", "truncated", "garbled_once"])
def test_damaged_answers_prove_the_speed_so_that_a_mended_line_serves_at_once(sim: IdReaderSim, fault: str) -> None:
    opened: list[int] = []
    reader = recording_reader(sim, opened)
    sim.set_fault(fault)
    reader.open()
    if fault != "garbled_once":
        with pytest.raises(FrameCorrupt):
            reader.self_test()
    sim.clear_faults()
    reader.self_test()
    assert (opened, reader.baud) == ([115200], 115200)
    reader.close()


def test_a_silent_reader_is_looked_for_first_and_most_often_where_it_was_found_last(sim: IdReaderSim) -> None:
    opened: list[int] = []
    reader = recording_reader(sim, opened)
    reader.set_speed(19200)
    assert opened == [115200, 19200]
    opened.clear()
    sim.set_fault("silent")
    with pytest.raises(LinkTimeout, match="silent at every speed"):
        reader.open()
    assert opened == [19200, 115200, 57600, 19200, 38400, 9600, 19200]
    opened.clear()
    sim.clear_faults()
    reader.open()
    assert opened == [19200]
    reader.close()


def test_a_speed_that_the_reader_does_not_have_is_refused(reader: IdReader) -> None:
    with pytest.raises(ValueError, match="speed 14400"):
        reader.set_speed(14400)


@pytest.mark.slow
def test_text_and_photo_are_one_request_and_one_answer(tmp_path: Path, residents: Residents) -> None:
    activity = ActivityLog()
    sim = IdReaderSim(activity, 1.0, tmp_path)
    reader = IdReader(bytes_opener(sim.start()), REAL)
    try:
        reader.open()
        sim.lay_down(residents.people["lin-yuzhen"])
        assert (reader.find(), reader.select()) == (True, True)
        activity.drain()
        assert len(reader.read_text_and_photo().text) == 256
        assert [busy.doing for busy in activity.drain()] == ["request", "read", "answer"]
    finally:
        reader.close()
        sim.stop()


# --- the device file ------------------------------------------------------------------------------------------------


def test_the_device_file_holds_what_the_module_needs() -> None:
    assert (REAL.default_baud, REAL.speeds, REAL.poll_interval_s, REAL.power_up_s) == (
        115200,
        (115200, 57600, 38400, 19200, 9600),
        0.3,
        2.0,
    )
    assert REAL.detects_presence_after_read is False


def test_every_mistake_in_a_device_file_is_a_line_that_names_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    good = DEVICE_FILE.read_text(encoding="utf-8")
    path.write_text(
        good.replace('kind = "id_reader"', 'kind = "printer"')
        .replace("default_baud = 115200", "default_baud = 12345")
        .replace("speeds = [115200, 57600", "speeds = [115200, 57601")
        .replace("poll_interval_s = 0.3", "poll_s = 0.3")
        .replace("find = 0.5", 'find = "soon"')
        .replace("reads_newest_address = true", "reads_newest_address = 1")
        .replace("power_up_s = 2.0", "power_up_s = 0"),
        encoding="utf-8",
    )
    with pytest.raises(DeviceFileError) as raised:
        IdReaderFile.load(path)
    assert raised.value.mistakes == [
        "broken.toml: kind: must be one of id_reader, not 'printer'",
        "broken.toml: power_up_s: must be seconds, above 0 and at most 10, not 0",
        "broken.toml: poll_interval_s: is missing (seconds, above 0 and at most 5)",
        "broken.toml: reads_newest_address: must be true or false, not 1",
        "broken.toml: timeouts_s.find: must be seconds, above 0 and at most 10, not 'soon'",
        "broken.toml: speeds: 57601 is none of 115200, 57600, 38400, 19200, 9600",
        "broken.toml: default_baud: 12345 is not among speeds",
        "broken.toml: poll_s: is not a key of this table",
    ]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"kind = ", "is not TOML"), (b"kind = '\xff'", "is not UTF-8"), (None, "cannot be read")],
)
def test_a_file_that_is_no_toml_is_one_readable_line(tmp_path: Path, content: bytes | None, complaint: str) -> None:
    path = tmp_path / "odd.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DeviceFileError, match=f"^odd.toml: {complaint}"):
        IdReaderFile.load(path)
