"""What `decode` says of recorded bytes."""

from __future__ import annotations

import argparse
import json

import pytest

from drivers.pasted_hex import bytes_of_hex
from drivers.permit_unit.command_line import run_decode
from drivers.permit_unit.star_tcp300.frames import AnswerBlock, CommandBlock
from drivers.permit_unit.star_tcp300.listing import list_traffic, looks_like_answer


@pytest.mark.parametrize(
    ("content", "is_answer"),
    [
        (b"\x40", False),
        (b"\x40\x20", True),
        (b"\x41\x20", True),
        (b"\x41 a text", False),
        (b"\x46\x38", True),
        (b"\x46\x31", False),
        (b"\x461,1,1", False),
        (b"\x50\x31", False),
        (b"\x50\x38", True),
        (b"\x59\x20000000", True),
        (b"\x59\x202000000", True),
        (b"\x4d\x38", True),
        (b"\x4d38,1,1,FF", False),
        (b"\x4d\x4c", True),
        (b"\x58\x20TCP300SM V1.00", True),
        (b"\x5a G1", False),
        (b"\x5a\x20", True),
        (b"\x95\x200000000012", True),
        (b"\x22\x31", True),
        (b"\x59\x7e", False),
    ],
)
def test_a_block_is_a_command_or_an_answer_by_what_it_can_carry(content: bytes, is_answer: bool) -> None:
    assert looks_like_answer(content) is is_answer


def test_a_conversation_is_listed_in_order() -> None:
    stream = CommandBlock(0x59).encode() + b"\x06" + AnswerBlock(0x59, 0x20, b"2000100").encode() + b"\x15\x10"
    assert list_traffic(stream) == [
        {"kind": "command", "command": "59", "data": "", "bcc_ok": True, "meaning": "status"},
        {"kind": "ack", "meaning": "understood"},
        {
            "kind": "answer",
            "command": "59",
            "status": "20",
            "data": "2000100",
            "bcc_ok": True,
            "position": "at_mouth",
            "cover_open": True,
            "meaning": "status: done; a permit waits for removal, no sensor covered inside, cover open",
        },
        {"kind": "nak", "meaning": "send again"},
        {"kind": "dle", "meaning": "refused"},
    ]


@pytest.mark.parametrize(
    ("block", "meaning"),
    [
        (CommandBlock(0x46), "erase, print, give out (erase: yes, print: yes, give out to the mouth)"),
        (CommandBlock(0x46, b"2,0,1"), "erase, print, give out (erase: no, print: yes, give out to the back)"),
        (CommandBlock(0x50, b"0"), "give out (for re-use, in front)"),
        (CommandBlock(0x4D, b"12,5,2,01020304"), "set an image block (x 12, y 40, 2 columns of 16 dots)"),
        (CommandBlock(0x4D, b"12,5,3,01020304"), "set an image block (4 image bytes are no columns of 3)"),
        (CommandBlock(0x50, b"9"), "give out (these data are not in the manual)"),
        (CommandBlock(0x77), "a command that is not used here"),
    ],
)
def test_a_command_is_told_in_words(block: CommandBlock, meaning: str) -> None:
    (entry,) = list_traffic(block.encode(), "host")
    assert (entry["kind"], entry["meaning"]) == ("command", meaning)


def test_a_failure_names_its_rank() -> None:
    (entry,) = list_traffic(AnswerBlock(0x46, 0x43).encode())
    assert (entry["status"], entry["rank"], entry["meaning"]) == (
        "43",
        "A",
        "erase, print, give out: erase head temperature",
    )


def test_the_sender_decides_where_it_is_told() -> None:
    stream = CommandBlock(0x50, b"1").encode()
    assert [list_traffic(stream, sender)[0]["kind"] for sender in ("host", "device", None)] == [
        "command",
        "answer",
        "command",
    ]


def test_broken_blocks_are_errors_with_what_was_read() -> None:
    assert list_traffic(bytes.fromhex("02 40 03 44 02 58")) == [
        {"kind": "error", "bcc_ok": False, "meaning": "check sum 44h where 43h is right", "command": "40", "data": ""},
        {"kind": "error", "bcc_ok": False, "meaning": "the last block is not complete"},
    ]
    assert list_traffic(bytes.fromhex("02 40 03 43"), "device")[0]["kind"] == "error"


def test_what_does_not_print_is_shown_as_hex() -> None:
    (entry,) = list_traffic(CommandBlock(0x41, b"\xb0\xa1").encode(), "host")
    assert entry["data"] == "0xB0A1"


def test_noise_alone_is_nothing() -> None:
    assert list_traffic(bytes.fromhex("00 FF 41")) == []


@pytest.mark.parametrize("text", ["02400343", "02 40 03 43", "0x02,0x40,0x03,0x43", "02:40:03:43", "[02 40\n03 43]"])
def test_hex_is_read_as_people_paste_it(text: str) -> None:
    assert bytes_of_hex(text) == bytes.fromhex("02400343")


@pytest.mark.parametrize("text", ["0", "zz", "00 01", "02 59"])
def test_bytes_without_a_frame_are_an_error_on_one_line(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_decode(argparse.Namespace(dialect="star-tcp300", hex=text.split(), sender=None, json=True)) == 2
    assert list(json.loads(capsys.readouterr().out)) == ["error"]
