"""Bytes from a permit unit of the Star TCP300 dialect: blocks, status strings, whole exchanges, image blocks."""

from __future__ import annotations

from contextlib import suppress

from drivers.errors import DriverError, FrameCorrupt, UnexpectedReply
from drivers.permit_unit.base import PermitPosition
from drivers.permit_unit.star_tcp300.exchange import BlockExchange, ExchangeLimits
from drivers.permit_unit.star_tcp300.frames import MAX_DATA_BYTES, Block, CommandBlock, Control, Corrupt, Decoder
from drivers.permit_unit.star_tcp300.listing import list_traffic, looks_like_answer
from drivers.permit_unit.star_tcp300.raster import image_block_data, parse_image_block
from drivers.permit_unit.star_tcp300.status import parse_sensors, permit_position, status_to_error, unit_status
from tests.torture.fuzz.promises import Talker, fed, hold, portions

GOOD = bytes.fromhex("0240200363")
RESENDS = 3

SEEDS: dict[str, list[bytes]] = {
    "star_frames": [
        bytes.fromhex(text)
        for text in (
            "024003 43",
            "02512003 72 06 02592030303030303003 7A",
            "15 02402003 63",
            "02463803 7D 10",
            "0259323030303030300348",
            "0250550306 02504603 15",
            "02 02 40 03 43",
            "024D302C302C312C4133 03 21",
        )
    ],
    "star_status": [
        b"\x59\x20000000",
        b"\x59\x202000000",
        b"\x59\x20101110",
        b"\x46\x38",
        b"\x4d\x20" + b"0,0,1,A3",
        b"\x4d\x204,,2,A3B4",
        bytes.fromhex("0259200363"),
    ],
    "star_exchange": [
        b"\x05" + bytes.fromhex("06 0240200363"),
        b"\x01" + bytes.fromhex("15 06 0240200363"),
        b"\x07" + bytes.fromhex("06 0240200362 0240200363"),
        b"\x02" + bytes.fromhex("10"),
        b"\x0f" + bytes.fromhex("0251200372 06 0240200363"),
    ],
}


def check_star_frames(data: bytes) -> None:
    """Whatever comes: the same items however fed, bounded, every good block its own encoding, the way back found."""
    decoder = Decoder()
    found = decoder.feed(data)
    cut = Decoder()
    hold(fed(portions(data), cut.feed) == found, "in portions it is the same")
    hold(decoder.skipped_bytes == cut.skipped_bytes, "the same bytes are noise")
    covered = decoder.skipped_bytes
    for item in found:
        if isinstance(item, Control):
            covered += 1
            continue
        hold(0 <= len(item.content) <= MAX_DATA_BYTES + 3, "a block is bounded")
        covered += len(item.content)
        if isinstance(item, Corrupt):
            hold(isinstance(item.to_error(), FrameCorrupt), "a corrupt block is our error")
            continue
        hold(
            Decoder().feed(item.as_command().encode() if len(item.content) <= MAX_DATA_BYTES else b"") == [item]
            or len(item.content) > MAX_DATA_BYTES,
            "a block decodes to itself",
        )
        with suppress(FrameCorrupt):
            hold(Decoder().feed(item.as_answer().encode()) == [item], "an answer decodes to itself")
    hold(covered <= len(data), "nothing is found that was not sent")
    after = decoder.feed(GOOD + GOOD)
    hold(bool(after) and after[-1] == Block(GOOD[1:3]), "the second good block after any noise is found")


def check_star_status(data: bytes) -> None:
    """Status bytes and strings become values of ours or errors of ours; what was understood encodes to the same."""
    if len(data) >= 2:
        error = status_to_error(data[0], data[1])
        hold(error is None or isinstance(error, DriverError), "a status is done or one of our errors")
    text = data[2:]
    with suppress(UnexpectedReply):
        sensors = parse_sensors(text)
        hold(parse_sensors(sensors.encode()) == sensors, "sensors encode to themselves")
        hold(isinstance(permit_position(sensors), PermitPosition), "every set of sensors is a position")
        hold(unit_status(sensors, has_retain_bin=True).cover_open == sensors.cover_open, "the cover is as it is")
    with suppress(ValueError):
        block = parse_image_block(text)
        hold(parse_image_block(image_block_data(block)) == block, "an image block encodes to itself")
    looks_like_answer(data)
    for entry in list_traffic(data) + list_traffic(data, "device") + list_traffic(data, "host"):
        hold(isinstance(entry["meaning"], str), "every entry of a listing has a meaning")


def check_star_exchange(data: bytes) -> None:
    """A unit that says anything at all ends an exchange with its answer or with an error of ours, after few writes."""
    talker = Talker(data[1:])
    exchange = BlockExchange(talker, ExchangeLimits(ack_s=0.0, resends=RESENDS))
    kind = data[0] % 3 if data else 0
    with suppress(DriverError):
        if kind == 0:
            hold(exchange.ask(CommandBlock(0x40), 0.0).command == 0x40, "the answer is this command's")
        elif kind == 1:
            exchange.begin(CommandBlock(0x51))
            answer = exchange.poll(0x51, 0.0)
            hold(answer is None or answer.command == 0x51, "the answer is this command's")
        else:
            finished = exchange.cancel(0x51, CommandBlock(0x54), 0.0)
            hold(finished is None or finished.command == 0x51, "what finished is the cancelled command")
    hold(talker.writes <= len(data) + 2 * RESENDS + 4, "no more is written than was heard")
