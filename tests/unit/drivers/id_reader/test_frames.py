"""The reader's frames against byte strings that vendors publish, and against everything else a line may bring."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import FrameCorrupt
from drivers.id_reader.frames import (
    HEADER,
    MAX_LENGTH,
    Answer,
    AnswerDecoder,
    Blocks,
    Command,
    CorruptFrame,
    Flaw,
    Request,
    RequestDecoder,
    blocks_with_fingerprint,
    blocks_without_fingerprint,
    encode_blocks,
    encode_frame,
    module_id_bytes,
    module_id_text,
)

REQUESTS = [
    (Command.RESET, b"", "AA AA AA 96 69 00 03 10 FF EC"),
    (Command.STATUS, b"", "AA AA AA 96 69 00 03 11 FF ED"),
    (Command.MODULE_ID, b"", "AA AA AA 96 69 00 03 12 FF EE"),
    (Command.FIND, b"", "AA AA AA 96 69 00 03 20 01 22"),
    (Command.SELECT, b"", "AA AA AA 96 69 00 03 20 02 21"),
    (Command.READ_TEXT_AND_PHOTO, b"", "AA AA AA 96 69 00 03 30 01 32"),
    (Command.READ_NEWEST_ADDRESS, b"", "AA AA AA 96 69 00 03 30 03 30"),
    (Command.READ_TEXT_PHOTO_AND_FINGERPRINT, b"", "AA AA AA 96 69 00 03 30 10 23"),
    (Command.SET_SPEED_115200, b"", "AA AA AA 96 69 00 03 60 00 63"),
    (Command.SET_SPEED_9600, b"", "AA AA AA 96 69 00 03 60 04 67"),
    (Command.SET_MAX_RF_BYTES, b"\x50", "AA AA AA 96 69 00 04 61 FF 50 CA"),
]
MODULE_ID = bytes.fromhex("0500 0100 31303331 01000000 2A000000")
ANSWERS = [
    (Answer(0x90), "AA AA AA 96 69 00 04 00 00 90 94"),
    (Answer(0x60), "AA AA AA 96 69 00 04 00 00 60 64"),
    (Answer(0x9F, bytes(4)), "AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97"),
    (Answer(0x80), "AA AA AA 96 69 00 04 00 00 80 84"),
    (Answer(0x90, bytes(8)), "AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C"),
    (Answer(0x81), "AA AA AA 96 69 00 04 00 00 81 85"),
    (Answer(0x91), "AA AA AA 96 69 00 04 00 00 91 95"),
    (Answer(0x41, sw1=0x69, sw2=0x88), "AA AA AA 96 69 00 04 69 88 41 A4"),
    (Answer(0x90, MODULE_ID), "AA AA AA 96 69 00 14 00 00 90 05 00 01 00 31 30 33 31 01 00 00 00 2A 00 00 00 A8"),
]
LONG = Answer(0x90, encode_blocks(Blocks(b"\x20\x00" * 128, bytes(range(256)) * 4)))

portions = st.lists(st.binary(max_size=40), max_size=30)


def everything(decoder: AnswerDecoder, data: bytes) -> list[Answer | CorruptFrame]:
    return decoder.feed(data) + decoder.finish()


@pytest.mark.parametrize(("command", "data", "frame"), REQUESTS)
def test_a_request_is_what_vendors_publish(command: Command, data: bytes, frame: str) -> None:
    assert Request.of(command, data).encode() == bytes.fromhex(frame)
    assert RequestDecoder().feed(bytes.fromhex(frame)) == [(*command.value, data)]


@pytest.mark.parametrize(("answer", "frame"), ANSWERS)
def test_an_answer_is_read_whole_byte_by_byte_and_with_a_tail(answer: Answer, frame: str) -> None:
    wire = bytes.fromhex(frame)
    assert answer.encode() == wire
    assert AnswerDecoder().feed(wire) == [answer]
    slow = AnswerDecoder()
    assert [found for byte in wire for found in slow.feed(bytes((byte,)))] == [answer]
    assert AnswerDecoder().feed(wire + b"\x00") == [answer]
    assert AnswerDecoder().feed(wire + HEADER + b"\x00") == [answer]


def test_a_read_of_1295_bytes_is_read_whole_byte_by_byte_and_with_a_tail() -> None:
    wire = LONG.encode()
    assert len(wire) == 1295
    slow = AnswerDecoder()
    assert [found for byte in wire for found in slow.feed(bytes((byte,)))] == [LONG]
    assert everything(AnswerDecoder(), wire + b"\x69") == [LONG]


@pytest.mark.parametrize("noise", ["00", "AA", "AA AA AA AA", "AA AA AA 96", "55 AA 00 03 A1 B2 C3", "FF" * 50])
def test_noise_and_frames_with_other_headers_are_skipped(noise: str) -> None:
    decoder = AnswerDecoder()
    assert decoder.feed(bytes.fromhex(noise) + Answer(0x9F, bytes(4)).encode()) == [Answer(0x9F, bytes(4))]
    assert decoder.skipped == len(bytes.fromhex(noise))


def test_frames_that_follow_each_other_come_one_by_one() -> None:
    assert AnswerDecoder().feed(Answer(0x9F, bytes(4)).encode() + Answer(0x90, bytes(8)).encode()) == [
        Answer(0x9F, bytes(4)),
        Answer(0x90, bytes(8)),
    ]


def test_a_frame_with_a_wrong_check_sum_is_corrupt_and_the_next_one_is_read() -> None:
    wire = bytearray(Answer(0x80).encode())
    wire[-1] ^= 1
    assert AnswerDecoder().feed(bytes(wire) + Answer(0x90).encode()) == [CorruptFrame(Flaw.CHECK_SUM, 4), Answer(0x90)]


@pytest.mark.parametrize("length", [0, 1, 3, MAX_LENGTH + 1, 0xFFFF])
def test_an_impossible_length_is_corrupt_at_once_and_the_next_frame_is_read(length: int) -> None:
    broken = HEADER + length.to_bytes(2, "big")
    assert AnswerDecoder().feed(broken + Answer(0x90).encode()) == [CorruptFrame(Flaw.LENGTH, length), Answer(0x90)]


def test_a_truncated_frame_does_not_swallow_the_one_behind_it() -> None:
    wire = LONG.encode()[:300] + Answer(0x91).encode()
    decoder = AnswerDecoder()
    assert decoder.feed(wire) == []
    assert decoder.in_frame
    assert decoder.finish() == [CorruptFrame(Flaw.TRUNCATED, 1288), Answer(0x91)]
    assert not decoder.in_frame


def test_a_frame_cut_behind_its_header_has_no_length() -> None:
    assert everything(AnswerDecoder(), HEADER + b"\x00") == [CorruptFrame(Flaw.TRUNCATED, None)]


def test_a_header_inside_a_good_frame_is_data() -> None:
    answer = Answer(0x90, HEADER + b"\x00\x04" + bytes(62))
    assert AnswerDecoder().feed(answer.encode()) == [answer]


def test_the_command_that_rewrites_serial_numbers_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="DC is never sent"):
        Request(0xDC, 0x00)


def test_the_module_id_is_printed_as_on_the_module() -> None:
    assert module_id_text(MODULE_ID) == "05.01-825438257-0000000001-0000000042"
    assert module_id_bytes("05.01-20260101-0000000042-1234567890")[:4] == bytes.fromhex("05000100")
    assert module_id_text(module_id_bytes("05.01-20260101-0000000042-1234567890")) == (
        "05.01-20260101-0000000042-1234567890"
    )


def test_a_module_id_of_another_size_is_corrupt() -> None:
    with pytest.raises(FrameCorrupt, match="15 bytes"):
        module_id_text(MODULE_ID[:-1])


@pytest.mark.parametrize(("fingerprint", "size"), [(b"", 1297), (bytes(512), 1809), (bytes(1024), 2321)])
def test_a_read_with_fingerprints_is_cut_by_its_three_length_words(fingerprint: bytes, size: int) -> None:
    blocks = Blocks(bytes(256), bytes(1024), fingerprint)
    assert len(Answer(0x90, encode_blocks(blocks)).encode()) == size
    assert blocks_with_fingerprint(encode_blocks(blocks)) == blocks


def test_a_read_is_cut_by_its_length_words_and_not_by_the_usual_sizes() -> None:
    blocks = Blocks(b"t" * 300, b"p" * 7)
    assert blocks_without_fingerprint(b"\x01\x2c\x00\x07" + b"t" * 300 + b"p" * 7) == blocks


@pytest.mark.parametrize("data", [b"", b"\x01\x00\x04", b"\x01\x00\x04\x00" + bytes(1279)])
def test_length_words_that_do_not_fit_are_corrupt(data: bytes) -> None:
    with pytest.raises(FrameCorrupt, match="length words"):
        blocks_without_fingerprint(data)


def test_what_an_answer_holds_is_not_shown() -> None:
    assert "PERSONAL" not in repr(Answer(0x90, b"PERSONAL"))
    assert "PERSONAL" not in repr(Blocks(b"PERSONAL", b"PERSONAL", b"PERSONAL"))


@settings(deadline=None)
@given(portions)
def test_any_bytes_give_typed_results_and_lose_no_byte(stream: list[bytes]) -> None:
    decoder = AnswerDecoder()
    found = [one for portion in stream for one in decoder.feed(portion)] + decoder.finish()
    assert all(isinstance(one, Answer | CorruptFrame) for one in found)
    good = sum(len(one.encode()) for one in found if isinstance(one, Answer))
    assert good + decoder.skipped == sum(map(len, stream))


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([HEADER, HEADER[:3], b"\x00\x04", b"\x05\x08", b"\x00\x00\x90\x94", b"\xaa", b"\x00"]),
        max_size=60,
    )
)
def test_streams_made_of_pieces_of_frames_read_the_same_whole_and_byte_by_byte(pieces: list[bytes]) -> None:
    stream = b"".join(pieces)
    slow = AnswerDecoder()
    one_by_one = [one for byte in stream for one in slow.feed(bytes((byte,)))] + slow.finish()
    assert everything(AnswerDecoder(), stream) == one_by_one


@settings(deadline=None)
@given(st.binary(max_size=1500), st.integers(0, 255), st.binary(max_size=30))
def test_an_answer_survives_encoding_behind_any_noise_without_a_header(data: bytes, sw3: int, noise: bytes) -> None:
    if HEADER in noise + HEADER[:4]:
        noise = b""
    answer = Answer(sw3, data)
    assert AnswerDecoder().feed(noise + answer.encode()) == [answer]


def test_a_body_that_no_length_word_can_tell_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        encode_frame(bytes(0xFFFF))
