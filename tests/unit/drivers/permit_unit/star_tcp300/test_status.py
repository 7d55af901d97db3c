"""What the unit's sensors and status codes mean."""

from __future__ import annotations

import itertools

import pytest

from drivers.errors import (
    CoverOpen,
    DeviceError,
    NeedsRepair,
    NothingToProcess,
    PermitError,
    PermitJammed,
    UnexpectedReply,
)
from drivers.permit_unit.base import BinLevel, PermitPosition, UnitStatus
from drivers.permit_unit.star_tcp300.status import (
    STATUS_MEANING,
    Inlet,
    Rank,
    Sensors,
    Status,
    parse_sensors,
    permit_position,
    status_to_error,
    unit_status,
)

P = PermitPosition
POSITIONS = {
    # S1: nothing in the inlet
    "0000": P.NONE,
    "0100": P.IN_PATH,
    "0010": P.IN_PATH,
    "0110": P.IN_PATH,
    "0001": P.AT_STATION,
    "0011": P.AT_STATION,
    "0101": P.AT_STATION,
    "0111": P.AT_STATION,
    # S1: a permit to be processed in the inlet
    "1000": P.AT_MOUTH,
    "1100": P.IN_PATH,
    "1010": P.IN_PATH,
    "1110": P.IN_PATH,
    "1001": P.AT_STATION,
    "1011": P.AT_STATION,
    "1101": P.AT_STATION,
    "1111": P.AT_STATION,
    # S1: a permit that waits for removal
    "2000": P.AT_MOUTH,
    "2100": P.AT_MOUTH,
    "2010": P.AT_MOUTH,
    "2110": P.AT_MOUTH,
    "2001": P.UNKNOWN,
    "2011": P.UNKNOWN,
    "2101": P.UNKNOWN,
    "2111": P.UNKNOWN,
}


def test_the_table_names_every_combination_of_sensors() -> None:
    assert set(POSITIONS) == {"".join(flags) for flags in itertools.product("012", "01", "01", "01")}


@pytest.mark.parametrize(("flags", "position"), POSITIONS.items())
def test_sensors_are_one_position(flags: str, position: PermitPosition) -> None:
    assert permit_position(parse_sensors(f"{flags}00".encode())) is position


@pytest.mark.parametrize(("text", "is_open"), [(b"000000", False), (b"000010", True), (b"2000100", True)])
def test_the_fifth_character_is_the_cover(text: bytes, is_open: bool) -> None:
    assert unit_status(parse_sensors(text), has_retain_bin=False).cover_open is is_open


def test_a_unit_without_a_bin_says_so() -> None:
    assert unit_status(parse_sensors(b"000000"), has_retain_bin=False) == UnitStatus(P.NONE, False, BinLevel.NO_BIN)
    assert unit_status(parse_sensors(b"000000"), has_retain_bin=True) == UnitStatus(P.NONE, False, BinLevel.OK)


@pytest.mark.parametrize(
    ("text", "sensors"),
    [
        (b"201000", Sensors(Inlet.WAITING_FOR_REMOVAL, False, True, False, False, None)),
        (b"1100101", Sensors(Inlet.TO_BE_PROCESSED, True, False, False, True, True)),
        (b"0001000", Sensors(Inlet.EMPTY, False, False, True, False, False)),
    ],
)
def test_a_status_string_reads_and_writes_alike(text: bytes, sensors: Sensors) -> None:
    assert parse_sensors(text) == sensors
    assert sensors.encode() == text


@pytest.mark.parametrize("text", [b"", b"00000", b"00000000", b"3000000", b"0200000", b"000 000", b"\xff00000"])
def test_a_status_string_that_is_none_is_unexpected(text: bytes) -> None:
    with pytest.raises(UnexpectedReply):
        parse_sensors(text)


@pytest.mark.parametrize(
    ("code", "rank", "error"),
    [
        (0x22, Rank.C, NothingToProcess),
        (0x23, Rank.C, PermitError),
        (0x31, Rank.B, UnexpectedReply),
        (0x32, Rank.B, UnexpectedReply),
        (0x33, Rank.B, UnexpectedReply),
        (0x34, Rank.B, UnexpectedReply),
        (0x37, Rank.B, UnexpectedReply),
        (0x38, Rank.B, PermitJammed),
        (0x40, Rank.B, CoverOpen),
        (0x41, Rank.C, UnexpectedReply),
        (0x42, Rank.A, NeedsRepair),
        (0x43, Rank.A, NeedsRepair),
        (0x45, Rank.A, NeedsRepair),
        (0x4C, Rank.C, UnexpectedReply),
        (0x51, Rank.C, UnexpectedReply),
    ],
)
def test_a_status_code_is_one_rank_and_one_error(code: int, rank: Rank, error: type[Exception]) -> None:
    assert STATUS_MEANING[Status(code)][0] is rank
    raised = status_to_error(0x46, code)
    assert type(raised) is error
    assert f"{code:02X}h to 46h" in str(raised)
    if isinstance(raised, DeviceError):
        assert raised.status == code


def test_done_is_no_error() -> None:
    assert status_to_error(0x46, 0x20) is None


def test_a_code_outside_the_manual_is_unexpected() -> None:
    assert type(status_to_error(0x46, 0x7E)) is UnexpectedReply
