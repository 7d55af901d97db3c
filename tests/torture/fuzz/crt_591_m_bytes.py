"""Bytes from a permit unit of the CRT-591-M dialect: frames, answers, state bytes, whole exchanges."""

from __future__ import annotations

from contextlib import suppress

from drivers.errors import DriverError, FrameCorrupt, UnexpectedReply
from drivers.permit_unit.base import PermitPosition
from drivers.permit_unit.crt_591_m.exchange import ExchangeLimits, FrameExchange
from drivers.permit_unit.crt_591_m.frames import (
    MAX_TEXT_BYTES,
    CommandFrame,
    Control,
    Corrupt,
    Decoder,
    Done,
    Failed,
    Frame,
)
from drivers.permit_unit.crt_591_m.status import (
    Sensor,
    expect_done,
    failure,
    parse_sensors,
    parse_state,
    permit_position,
)
from tests.torture.fuzz.promises import Talker, fed, hold, portions

RESENDS = 3
SENSORS = (Sensor.GATE, Sensor.PATH, Sensor.STATION, Sensor.IGNORED)
COMMAND = CommandFrame(0x31, 0x30)
DONE = Done(0x31, 0x30, b"100").encode()
FAILED = Failed(0x32, 0x31, "10").encode()

SEEDS: dict[str, list[bytes]] = {
    "crt_frames": [
        DONE,
        FAILED,
        COMMAND.encode(),
        b"\x06" + DONE,
        b"\x15\x04" + FAILED,
        DONE[:-1] + b"\0",
        Done(0x51, 0x30, b"201", b"0" * 9).encode(),
        Failed(0x51, 0x39, "68", head=0x45).encode(),
        b"\xf2\x00\x00\x02",
        b"\xf2\x00\xff\xff\xf2" + DONE,
    ],
    "crt_status": [b"100" + b"1001", b"210" + b"0010", b"001", FAILED, DONE, b"2\xb10"],
    "crt_exchange": [
        b"\x00\x06" + DONE,
        b"\x01\x15\x06" + DONE,
        b"\x00\x06" + DONE[:-1] + b"\0" + DONE,
        b"\x01" + DONE,
        b"\x00\x06" + FAILED + DONE,
    ],
}


def check_crt_frames(data: bytes) -> None:
    """The same frames however fed, bounded, each its own encoding, each on the wire; and the way back after a reset."""
    decoder, cut = Decoder(), Decoder()
    found = decoder.feed(data)
    hold(fed(portions(data), cut.feed) == found, "in portions it is the same")
    hold((decoder.skipped_bytes, decoder.inside_frame) == (cut.skipped_bytes, cut.inside_frame), "and so is the rest")
    covered = decoder.skipped_bytes
    for item in found:
        if isinstance(item, Control):
            covered += 1
        elif isinstance(item, Corrupt):
            hold(len(item.collected) <= MAX_TEXT_BYTES + 6, "a corrupt frame is bounded")
            hold(isinstance(item.to_error(), FrameCorrupt), "a corrupt frame is our error")
        else:
            covered += len(item.text) + 6
            _check_frame(item, data)
    hold(covered <= len(data), "nothing is found that was not sent")
    if decoder.inside_frame:
        hold(len(decoder.cut_off().collected) <= len(data), "what is cut off was sent")
    hold(decoder.feed(DONE) == [Frame(0, DONE[4:-2])], "after a reset the next frame is found")


def _check_frame(frame: Frame, data: bytes) -> None:
    with suppress(FrameCorrupt):
        wire = frame.as_command().encode() if frame.is_command else frame.as_answer().encode()
        hold(wire in data, "a frame encodes to what was sent")
        hold(Decoder().feed(wire) == [frame], "a frame decodes to itself")


def check_crt_status(data: bytes) -> None:
    """State bytes, sensors and error codes become values or errors of ours."""
    with suppress(UnexpectedReply):
        state = parse_state(data[:3])
        hold(parse_state(state.encode()) == state, "a state encodes to itself")
        covered = parse_sensors(data[3:], SENSORS)
        hold(isinstance(permit_position(state.held, covered), PermitPosition), "every set of sensors is a position")
    for item in Decoder().feed(data):
        if isinstance(item, Frame):
            with suppress(DriverError):
                hold(isinstance(expect_done(item.as_answer()), Done), "a good answer is good")
    if len(data) >= 2:
        error = failure(Failed(0x32, 0x31, data[:2].decode("latin-1")))
        hold(isinstance(error, DriverError) and str(error).isprintable(), "a bad answer is a readable error of ours")


def check_crt_exchange(data: bytes) -> None:
    """A unit that says anything at all ends an exchange with its answer or with an error of ours, after few writes."""
    talker = Talker(data[1:])
    exchange = FrameExchange(talker, ExchangeLimits(ack_s=0.0, resends=RESENDS))
    asks = exchange.ask_once if data[:1] < b"\x80" else exchange.ask
    with suppress(DriverError):
        for _ in range(2):
            answer = asks(COMMAND, 0.0)
            hold((answer.command, answer.parameter) == (0x31, 0x30), "the answer is this command's")
    hold(talker.writes <= len(data) + 4 * RESENDS + 4, "no more is written than was heard")
