"""What the CRT-591-M's codes, state bytes and sensors mean."""

from __future__ import annotations

import itertools

import pytest

from drivers.errors import (
    BinFull,
    DriverError,
    LinkLost,
    LinkTimeout,
    NeedsRepair,
    NoChip,
    NothingToProcess,
    NotInitialised,
    PermitError,
    PermitJammed,
    UnexpectedReply,
)
from drivers.permit_unit.base import PermitPosition
from drivers.permit_unit.crt_591_m.frames import Done, Failed
from drivers.permit_unit.crt_591_m.listing import list_traffic
from drivers.permit_unit.crt_591_m.status import (
    ERROR_MEANING,
    Held,
    Sensor,
    State,
    expect_done,
    failure,
    parse_sensors,
    parse_state,
    permit_position,
)

MEANS: dict[str, type[DriverError]] = {
    **dict.fromkeys(("00", "01", "02", "03", "04"), UnexpectedReply),
    **dict.fromkeys(("10", "43", "45"), PermitJammed),
    **dict.fromkeys(("05", "12", "41", "51"), NeedsRepair),
    **dict.fromkeys(("13", "14"), PermitError),
    **dict.fromkeys(("50", "A1"), BinFull),
    **dict.fromkeys(("60", "61", "62", "69"), NoChip),
    **dict.fromkeys(("67", "68"), LinkTimeout),
    "65": LinkLost,
    "A0": NothingToProcess,
    "B0": NotInitialised,
}


def test_every_code_of_the_document_has_one_kind_of_error() -> None:
    assert MEANS.keys() == ERROR_MEANING.keys()


@pytest.mark.parametrize(("code", "kind"), MEANS.items())
def test_a_code_is_this_error(code: str, kind: type[DriverError]) -> None:
    with pytest.raises(kind) as caught:
        expect_done(Failed(0x32, 0x33, code))
    assert type(caught.value) is kind
    assert str(caught.value) == f"error {code} to 32h 33h: {ERROR_MEANING[code]}"


def test_a_code_outside_the_document_is_unexpected() -> None:
    assert isinstance(failure(Failed(0x32, 0x33, "\x1b7")), UnexpectedReply)
    assert "'\\x1b7'" in str(failure(Failed(0x32, 0x33, "\x1b7")))


def test_a_good_answer_is_itself() -> None:
    assert expect_done(Done(0x32, 0x33, b"000")) == Done(0x32, 0x33, b"000")


@pytest.mark.parametrize(
    "state", [State(held, stacker, full) for held, stacker, full in itertools.product(Held, "012", (False, True))]
)
def test_the_state_bytes_are_read_as_they_were_written(state: State) -> None:
    assert parse_state(state.encode()) == state


@pytest.mark.parametrize("wrong", [b"", b"00", b"0000", b"300", b"030", b"002", b"\xff00"])
def test_other_state_bytes_are_unexpected(wrong: bytes) -> None:
    with pytest.raises(UnexpectedReply):
        parse_state(wrong)


def test_the_device_file_says_what_each_sensor_sees() -> None:
    order = (Sensor.GATE, Sensor.PATH, Sensor.STATION, Sensor.IGNORED)
    assert parse_sensors(b"1010", order) == {Sensor.GATE, Sensor.STATION}
    for wrong in (b"101", b"10100", b"1x10", b"\xff010"):
        with pytest.raises(UnexpectedReply):
            parse_sensors(wrong, order)


# (gate, path, station) covered → position, for each st0
POSITIONS = {
    Held.NOWHERE: {
        "000": PermitPosition.NONE,
        "100": PermitPosition.AT_MOUTH,
        "010": PermitPosition.IN_PATH,
        "110": PermitPosition.IN_PATH,
        "001": PermitPosition.IN_PATH,
        "101": PermitPosition.IN_PATH,
        "011": PermitPosition.IN_PATH,
        "111": PermitPosition.IN_PATH,
    },
    Held.AT_GATE: {
        "000": PermitPosition.UNKNOWN,
        "100": PermitPosition.AT_MOUTH,
        "010": PermitPosition.UNKNOWN,
        "110": PermitPosition.AT_MOUTH,
        "001": PermitPosition.UNKNOWN,
        "101": PermitPosition.UNKNOWN,
        "011": PermitPosition.UNKNOWN,
        "111": PermitPosition.UNKNOWN,
    },
    Held.AT_CHIP: {
        "000": PermitPosition.UNKNOWN,
        "100": PermitPosition.UNKNOWN,
        "010": PermitPosition.UNKNOWN,
        "110": PermitPosition.UNKNOWN,
        "001": PermitPosition.AT_STATION,
        "101": PermitPosition.AT_STATION,
        "011": PermitPosition.AT_STATION,
        "111": PermitPosition.AT_STATION,
    },
}


@pytest.mark.parametrize("held", Held)
def test_state_and_sensors_together_say_where_the_permit_is(held: Held) -> None:
    order = (Sensor.GATE, Sensor.PATH, Sensor.STATION)
    seen = {covered: permit_position(held, parse_sensors(covered.encode(), order)) for covered in POSITIONS[held]}
    assert seen == POSITIONS[held]


def test_recorded_bytes_are_told_in_words() -> None:
    traffic = bytes.fromhex(
        "F2 00 00 03 43 32 33 03 B0 06 F2 00 00 05 4E 32 33 41 31 03 CB 15 F2 00 00 06 50 31 30 32 30 31 03 95"
    )
    assert [(entry["kind"], entry["meaning"]) for entry in list_traffic(traffic)] == [
        ("command", "move (to bin)"),
        ("ack", "understood"),
        ("answer", "move (to bin): error bin full"),
        ("nak", "send again"),
        ("answer", "status (state): done; a permit at a chip position, error bin full"),
    ]


@pytest.mark.parametrize(
    ("hexed", "meaning"),
    [
        ("F2 00 00 03 43 7F 30 03 FE", "a command that is not in the document"),
        ("F2 00 00 03 43 32 38 03 BB", "move (a parameter that is not in the document)"),
        ("F2 00 00 03 43 A4 30 03 25", "version"),
        ("F2 00 00 06 50 30 30 39 30 30 03 9E", "initialise (to gate): done; state bytes outside the document"),
        ("F2 00 00 04 50 30 30 39 03 9C", "a text of 4 bytes with head 50h is no answer"),
        ("F2 00 00 03 43 30 30 03 00", "check sum 00h where B1h is right"),
    ],
)
def test_what_the_document_does_not_know_is_told_too(hexed: str, meaning: str) -> None:
    [entry] = list_traffic(bytes.fromhex(hexed))
    assert entry["meaning"] == meaning
