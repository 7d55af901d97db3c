"""What `decode` says about published and about broken byte strings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.id_reader.frames import Answer, Blocks, CorruptFrame, Flaw, encode_blocks, module_id_bytes
from drivers.id_reader.listing import describe, list_answers, masked
from drivers.id_reader.text_block import encode_newest_address
from drivers.pasted_hex import bytes_of_hex
from tests.unit.drivers.id_reader.test_text_block import (
    CITIZEN_BLOCK,
    FOREIGN_2017_BLOCK,
    FOREIGN_2023_BLOCK,
    HMT_BLOCK,
    block,
)


def base(text: bytes) -> dict[str, object]:
    entry = describe(Answer(0x90, encode_blocks(Blocks(text, bytes(1024)))))
    assert (entry["kind"], entry["sw3"]) == ("base", "90")
    return dict(entry["fields"])


@pytest.mark.parametrize(
    ("answer", "kind", "sw3"),
    [
        (Answer(0x90), "status", "90"),
        (Answer(0x60), "error", "60"),
        (Answer(0x9F, bytes(4)), "find", "9F"),
        (Answer(0x80), "error", "80"),
        (Answer(0x81), "error", "81"),
        (Answer(0x41), "error", "41"),
        (Answer(0x90, bytes(8)), "select", "90"),
        (Answer(0x91), "new_address", "91"),
        (Answer(0x90, module_id_bytes("05.01-20260101-0000000042-0000000007")), "sam_id", "90"),
        (Answer(0x90, encode_newest_address("某地")), "new_address", "90"),
        (Answer(0x90, encode_blocks(Blocks(CITIZEN_BLOCK, bytes(1024)))), "base", "90"),
        (Answer(0x90, encode_blocks(Blocks(CITIZEN_BLOCK, bytes(1024), b""))), "base_fingerprint", "90"),
        (Answer(0x90, encode_blocks(Blocks(CITIZEN_BLOCK, bytes(1024), bytes(1024)))), "base_fingerprint", "90"),
        (Answer(0x90, bytes(300)), "error", "90"),
        (Answer(0x90, bytes(1)), "error", "90"),
    ],
)
def test_the_kind_follows_from_status_and_size(answer: Answer, kind: str, sw3: str) -> None:
    entry = describe(answer)
    assert (entry["kind"], entry["sw3"]) == (kind, sw3)


def test_a_citizen_is_listed_with_words_codes_and_iso_dates() -> None:
    assert base(CITIZEN_BLOCK) == {
        "variant": "citizen",
        "name": "林玉珍",
        "sex": "女",
        "sex_code": "2",
        "ethnicity": "汉",
        "ethnicity_code": "01",
        "birth": "1988-03-14",
        "address": "安徽省宿城市望河县青石镇柳湾村12号",
        "id_number": "341399198803140028",
        "authority": "望河县公安局",
        "valid_from": "2019-06-20",
        "valid_to": "2039-06-20",
        "long_term": False,
        "photo_bytes": 1024,
    }


def test_the_other_variants_are_listed_with_their_own_fields() -> None:
    hmt, old, new = base(HMT_BLOCK), base(FOREIGN_2017_BLOCK), base(FOREIGN_2023_BLOCK)
    assert (hmt["variant"], hmt["travel_permit_number"], hmt["issue_count"]) == ("hmt", "H99999901", "02")
    assert (old["variant"], old["english_name"], old["authority"]) == ("foreign_2017", "MUSTEROVA, ANNA", "1500")
    assert (new["variant"], new["english_name"], new["old_number_link"]) == (
        "foreign_2023",
        "EXAMPLESSON-VANDENBERGHE, JOHANNES MAXIMILIAN",
        "X01",
    )
    assert "ethnicity" not in hmt


def test_a_long_term_card_says_so_and_a_date_that_is_none_is_shown_as_written() -> None:
    fields = base(block((36, "1988****"), (188, "20140418"), (204, "长期")))
    assert (fields["valid_to"], fields["long_term"], fields["birth"]) == ("长期", True, "1988****")


def test_several_frames_are_several_entries_and_what_lies_between_is_skipped() -> None:
    broken = bytearray(Answer(0x80).encode())
    broken[-1] ^= 0xFF
    entries, corrupt = list_answers(
        b"\xaa\x00" + Answer(0x9F, bytes(4)).encode() + b"\x55" + bytes(broken) + Answer(0x91).encode() + b"\x00"
    )
    assert [entry["kind"] for entry in entries] == ["find", "new_address"]
    assert corrupt == [CorruptFrame(Flaw.CHECK_SUM, 4)]


@pytest.mark.parametrize(
    "text",
    [
        "AA AA AA 96 69",
        "aaaaaa9669",
        "0xAA, 0xAA, 0xAA, 0x96, 0x69",
        "AA:AA:AA\n96-69\t",
        "'\\xaa\\xaa\\xaa\\x96\\x69'",
    ],
)
def test_hex_is_taken_as_people_paste_it(text: str) -> None:
    assert bytes_of_hex(text) == bytes.fromhex("AAAAAA9669")


@pytest.mark.parametrize("text", ["AAA", "no hex"])
def test_what_is_no_hex_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not hex"):
        bytes_of_hex(text)


def test_masked_fields_do_not_name_the_holder() -> None:
    fields = masked(base(CITIZEN_BLOCK) | {"newest_address": None})
    assert (fields["name"], fields["id_number"], fields["birth"], fields["address"], fields["newest_address"]) == (
        "林**",
        "341*************28",
        "***",
        "***",
        None,
    )


@given(st.binary(max_size=1400), st.sampled_from([0x90, 0x91, 0x9F, 0x41, 0x00]))
def test_any_answer_can_be_described(data: bytes, sw3: int) -> None:
    assert set(describe(Answer(sw3, data))) == {"kind", "sw3", "fields"}
