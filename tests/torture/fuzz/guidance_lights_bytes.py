"""Bytes from a board of guidance lights."""

from __future__ import annotations

from drivers.guidance_lights.modbus_rtu import Decoder, Frame, Refusal, WriteCoil
from tests.torture.fuzz.promises import fed, hold, portions

ON, OFF, REFUSED = WriteCoil(1, 1, True), WriteCoil(1, 1, False), Refusal(1, 2)
LONGEST_FRAME = 8

SEEDS: dict[str, list[bytes]] = {
    "lights_frames": [
        ON.encode(),
        OFF.encode() + REFUSED.encode(),
        b"\x00" + ON.encode(),
        b"\x01\x05" + OFF.encode(),
        WriteCoil(247, 0xFFFF, True).encode(),
        ON.encode()[:-1],
    ],
}


def check_lights_frames(data: bytes) -> None:
    """Any bytes: what is taken for a frame is one, nothing is lost, and the next good one is found."""
    decoder, cut = Decoder(), Decoder()
    found = decoder.feed(data)
    hold(list(fed(portions(data), cut.feed)) == found, "in portions it is the same")
    for frame in found:
        hold(frame.encode() in data, "what is read stands there")
    hold(decoder.collected_bytes < LONGEST_FRAME, "no more is kept than the beginning of a frame")
    hold(_lengths(found) + decoder.skipped_bytes + decoder.collected_bytes == len(data), "nothing is lost")
    hold(ON in decoder.feed(2 * ON.encode() + bytes(LONGEST_FRAME)), "of the next two good frames one is found")


def _lengths(frames: list[Frame]) -> int:
    return sum(len(frame.encode()) for frame in frames)
