"""Bytes of GB 18030, whole and in portions."""

from __future__ import annotations

from drivers.gb18030 import PortionDecoder, decode, encode
from tests.torture.fuzz.promises import hold

ENCODING = "gb18030"

SEEDS: dict[str, list[bytes]] = {
    "gb18030": [
        "林玉珍 上海市浦东新区示范路88弄6号402室".encode(ENCODING),
        bytes.fromhex("fe59 fe61 fe66 fe67 fe6d fe7e fe90 fea0"),
        bytes.fromhex("a6d9 a6ed a6f3 a8bc a989 a2e3"),
        bytes.fromhex("8139ee39 95328236 9835f336 8431a439"),
        bytes.fromhex("ff 80 81 8130 fe30"),
    ],
}


def check_gb18030(data: bytes) -> None:
    """What is a text encodes to a text that decodes to itself; portions give what the whole gives."""
    decoder = PortionDecoder(ENCODING)
    in_portions = "".join(decoder.decode(data[at : at + 1]) for at in range(len(data)))
    try:
        text = decode(data)
    except UnicodeDecodeError:
        return
    hold(in_portions == text, "portions are the whole")
    hold(decode(encode(text)) == text, "what is written is read back")
