"""Bytes from the identity reader: frames, length words, text blocks."""

from __future__ import annotations

import re
from contextlib import suppress

from drivers.errors import FrameCorrupt
from drivers.id_reader.frames import (
    HEADER,
    MAX_LENGTH,
    Answer,
    AnswerDecoder,
    Blocks,
    RequestDecoder,
    blocks_with_fingerprint,
    blocks_without_fingerprint,
    encode_blocks,
    module_id_bytes,
    module_id_text,
)
from drivers.id_reader.listing import describe, list_answers, masked
from drivers.id_reader.text_block import (
    TextBlockInvalid,
    encode_newest_address,
    encode_text_block,
    parse_newest_address,
    parse_text_block,
)
from tests.torture.fuzz.promises import fed, hold, portions

# An error tells sizes and names of fields, never what stands in them.
TELLS_NOTHING = re.compile(r"a (text block|newest address) of \d+ bytes|(birth|valid_from|valid_to) is no date")


def _block(*pieces: tuple[int, str]) -> bytes:
    raw = bytearray(" ".encode("utf-16-le") * 128)
    for at, text in pieces:
        encoded = text.encode("utf-16-le")
        raw[at : at + len(encoded)] = encoded
    return bytes(raw)


_CITIZEN = _block(
    (0, "林玉珍"),
    (30, "2"),
    (32, "01"),
    (36, "19880314"),
    (52, "望河县青石镇柳湾村12号"),
    (122, "341399198803140028"),
    (158, "望河县公安局"),
    (188, "20190620"),
    (204, "长期"),
)
_HMT = _block((0, "黄凯怡"), (36, "19870211"), (188, "20220401"), (204, "20270401"), (220, "H99999901"), (248, "J"))
_FOREIGN = _block((0, "MUSTEROVA"), (188, "20180601"), (204, "20280601"), (220, "19840615"), (248, "I"))
_NEWER = _block((0, "穆安娜"), (36, "19840615"), (52, "MUSTEROVA"), (188, "20240601"), (204, "20340601"), (248, "Y"))

SEEDS: dict[str, list[bytes]] = {
    "id_reader_frames": [
        bytes.fromhex(text)
        for text in (
            "AAAAAA9669 0004 000090 94",
            "AAAAAA9669 0008 00009F 00000000 97",
            "00 AAAAAA9669 0004 698841 A4 FF",
            "AAAAAAAA9669 0004 000080 84",
            "AAAAAA9669 0003 10FF EC",
            "AAAAAA9669 FFFF",
            "AAAAAA9669 0004 000090 95",
            "AAAAAA9669 0014 000090 05000100313033310100 00002A000000 A8",
        )
    ],
    "id_reader_blocks": [
        encode_blocks(Blocks(b"", b"\x01")),
        encode_blocks(Blocks(b"t", b"", b"f")),
        bytes(16),
        bytes(70),
        _CITIZEN,
        _HMT,
        _FOREIGN,
        _NEWER,
        encode_blocks(Blocks(_CITIZEN, b"\x01\x02")),
    ],
}


def check_id_reader_frames(data: bytes) -> None:
    """The same answers however fed, every byte accounted for, each answer its own encoding."""
    decoder = AnswerDecoder()
    found = decoder.feed(data)
    cut = AnswerDecoder()
    hold(fed(portions(data), cut.feed) == found, "in portions it is the same")
    rest = decoder.finish()
    hold(cut.finish() == rest, "what is unfinished is the same")
    hold(not decoder.in_frame, "nothing is left after the end")
    good = [item for item in found + rest if isinstance(item, Answer)]
    framed = 0
    for answer in good:
        wire = answer.encode()
        framed += len(wire)
        hold(len(answer.data) <= MAX_LENGTH, "an answer is bounded")
        hold(wire in data, "an answer stood on the wire")
        hold(AnswerDecoder().feed(wire) == [answer], "an answer decodes to itself")
    hold(framed + decoder.skipped == len(data), "every byte is in a frame or skipped")
    requests = RequestDecoder()
    hold(fed(portions(data), requests.feed) == RequestDecoder().feed(data), "requests in portions are the same")
    hold(len(found + rest) <= len(data) // len(HEADER), "there are no more frames than headers")


def check_id_reader_blocks(data: bytes) -> None:
    """Length words, texts, dates: values or errors of ours, which never tell what stood there."""
    for cut in (blocks_without_fingerprint, blocks_with_fingerprint):
        with suppress(FrameCorrupt):
            hold(encode_blocks(cut(data)) == data, "blocks encode to themselves")
    with suppress(FrameCorrupt):
        text = module_id_text(data)
        hold(module_id_bytes(text) == data, "a module's number encodes to itself")
    for sw3 in (0x90, 0x9F, 0x41):
        described = describe(Answer(sw3, data))
        if "id_number" in described["fields"]:
            hold(masked(described["fields"]).keys() == described["fields"].keys(), "hiding takes no field away")
    list_answers(data)
    try:
        holder = parse_text_block(data)
        hold(parse_text_block(encode_text_block(holder)) == holder, "a holder encodes to itself")
        hold(str(holder.birth) not in repr(holder) and "name" not in repr(holder), "a holder does not print")
    except TextBlockInvalid as error:
        hold(TELLS_NOTHING.fullmatch(str(error)) is not None, "an error tells nothing of a holder")
    try:
        address = parse_newest_address(data)
        hold(parse_newest_address(encode_newest_address(address)) == address, "an address encodes to itself")
    except TextBlockInvalid as error:
        hold(TELLS_NOTHING.fullmatch(str(error)) is not None, "an error tells nothing of an address")
