"""Permit files: what they mean in bytes, both ways, and how mistakes in them are told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.device_file import DeviceFileError
from drivers.permit_file.field_codec import FieldValue, TextEnd, decode, encode
from drivers.permit_file.permit_file import ChipContentCorrupt, PermitFile
from drivers.permit_file.reader import load_permit_file, load_permit_files
from tests.fakes.invented_permits import FIELDS, PERMITS, REFERENCE, SSSE, UPDATE, fields_of

# Made by hand from the layout and a GB18030 table: 张三 is D5C5 C8FD, 上海市 is C9CF BAA3 CAD0.
HAND_MADE: dict[str, FieldValue] = {
    "chip_serial": "8600310000000A01",
    "region": "310000",
    "permit_number": "310000202300000018",
    "id_number": "341399198803140028",
    "holder_name": "张三",
    "sex": "1",
    "ethnicity": "01",
    "birth": date(1988, 3, 14),
    "issued_on": None,
    "address": "上海市",
    "issuing_authority": "上海市",
    "category": "standard",
    "valid_from": date(2024, 5, 7),
    "valid_to": date(2025, 5, 6),
    "endorsement_count": 258,
}
IDENTITY_HEX = (
    "8600310000000A01"
    "310000"
    "333130303030323032333030303030303138"
    "333431333939313938383033313430303238"
    "D5C5C8FD" + "20" * 36 + "31"
    "01"
    "19880314"
    "FFFFFFFF"
)
ENDORSEMENT_HEX = "C9CFBAA3CAD0" + "20" * 74 + "C9CFBAA3CAD0" + "20" * 34 + "0120240507202505060102"


def test_the_reference_layout_is_the_hand_made_one() -> None:
    content = REFERENCE.encode_content(HAND_MADE)
    assert content["identity", 0].hex().upper() == IDENTITY_HEX
    assert content["endorsement", 0].hex().upper() == ENDORSEMENT_HEX


def test_hand_made_bytes_are_decoded_to_the_fields() -> None:
    content = {("identity", 0): bytes.fromhex(IDENTITY_HEX), ("endorsement", 0): bytes.fromhex(ENDORSEMENT_HEX)}
    assert REFERENCE.decode(content) == HAND_MADE


@pytest.mark.parametrize("permit", [REFERENCE, SSSE], ids=lambda permit: permit.name)
def test_what_is_encoded_is_decoded_to_the_same(permit: PermitFile) -> None:
    assert permit.decode(permit.encode_content(fields_of(permit))) == fields_of(permit)


@pytest.mark.parametrize("cut", range(131))
def test_a_file_cut_short_is_corrupt_at_every_length(cut: int) -> None:
    content = {("identity", 0): bytes.fromhex(IDENTITY_HEX), ("endorsement", 0): bytes.fromhex(ENDORSEMENT_HEX)[:cut]}
    with pytest.raises(ChipContentCorrupt):
        REFERENCE.decode(content)


def test_a_tail_behind_the_file_is_not_read() -> None:
    content = {
        ("identity", 0): bytes.fromhex(IDENTITY_HEX) + b"\0\0",
        ("endorsement", 0): bytes.fromhex(ENDORSEMENT_HEX) + b"tail",
    }
    assert REFERENCE.decode(content) == HAND_MADE


@pytest.mark.parametrize(
    ("field", "raw", "why"),
    [
        ("valid_to", "20251332", "is no date"),
        ("valid_to", "20A50506", "is not BCD"),
        ("valid_to", "00000000", "is no date"),
        ("category", "09", "is a code that the permit file does not list"),
    ],
)
def test_bytes_that_do_not_decode_name_the_field_and_not_the_value(field: str, raw: str, why: str) -> None:
    content = REFERENCE.encode_content(HAND_MADE)
    place = REFERENCE.field(field)
    changed = bytearray(content["endorsement", 0])
    changed[place.offset : place.end] = bytes.fromhex(raw)
    with pytest.raises(ChipContentCorrupt, match=f"field {field} {why}") as caught:
        REFERENCE.decode({**content, ("endorsement", 0): bytes(changed)})
    assert caught.value.field == field
    assert raw not in str(caught.value)


def test_a_character_cut_in_half_on_the_chip_is_corrupt_and_not_guessed() -> None:
    whole = "𠮷".encode("gb18030")
    assert len(whole) == 4
    with pytest.raises(ValueError, match="is not GB18030"):
        decode("gb18030", whole[:3], {})


@pytest.mark.parametrize("name", ["𠮷", "𡈽" * 10, "㐀", "林玉珍", "欧阳·阿卜杜拉"])
def test_rare_characters_go_to_the_chip_and_come_back(name: str) -> None:
    assert decode("gb18030", encode("gb18030", 40, name, {}), {}) == name


def test_a_four_byte_character_that_does_not_fit_is_refused_and_not_cut() -> None:
    with pytest.raises(ValueError, match="needs 44 bytes, but the chip has 40"):
        encode("gb18030", 40, "𡈽" * 11, {})


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=20))
def test_any_text_that_fits_comes_back_whole(text: str) -> None:
    assert decode("gb18030", encode("gb18030", 80, text, {}), {}) == text.rstrip(" ")


def test_a_character_of_2022_is_read_from_its_two_bytes_and_written_in_them() -> None:
    assert decode("gb18030", bytes.fromhex("C2D2 FE59") + b"  ", {}) == "乱龴"
    assert encode("gb18030", 6, "乱龴", {}).hex(" ").upper() == "C2 D2 FE 59 20 20"


BLANKS, NULS, ERASED = TextEnd(), TextEnd((0x00,)), TextEnd((0xFF,))
CUT_AT_NUL, ANY = TextEnd((0xFF,), at_nul=True), TextEnd((0x00, 0x20, 0xFF))


@pytest.mark.parametrize(
    ("end", "raw", "text"),
    [
        (BLANKS, "CDF5 CEE5 20202020", "王五"),
        (NULS, "CDF5 CEE5 00000000", "王五"),
        (ERASED, "CDF5 CEE5 FFFFFFFF", "王五"),
        (NULS, "CDF5 CEE5 CDF5 CEE5", "王五王五"),
        (NULS, "CDF5 2041 0000 0000", "王 A"),
        (NULS, "CDF5 CEE5 20200000", "王五"),  # padded twice, by two programs
        (NULS, "0000000000000000", ""),
        (ERASED, "FFFFFFFFFFFFFFFF", ""),
        (BLANKS, "2020202020202020", ""),
        (CUT_AT_NUL, "CDF5 CEE5 00 C3F7 20", "王五"),  # what was there before stands behind the NUL
        (CUT_AT_NUL, "CDF5 CEE5 00 FE FF 81", "王五"),
        (CUT_AT_NUL, "CDF5 CEE5 FFFFFFFF", "王五"),
        (CUT_AT_NUL, "CDF5 CEE5 CDF5 CEE5", "王五王五"),
        (CUT_AT_NUL, "00 CDF5 CEE5 414141", ""),
        (ANY, "CDF5 CEE5 FF00 2000", "王五"),
    ],
)
def test_a_text_ends_as_the_permit_file_says(end: TextEnd, raw: str, text: str) -> None:
    assert decode("gb18030", bytes.fromhex(raw), {}, end) == text


@pytest.mark.parametrize(
    ("end", "raw"),
    [
        (BLANKS, "CDF5 CEE5 00000000"),
        (NULS, "CDF5 00 CEE5 000000"),
        (NULS, "CDF5 CEE5 FFFFFFFF"),
        (BLANKS, "CDF5 CEE5 FFFFFFFF"),
        (ERASED, "CDF5 CEE5 00FFFFFF"),
    ],
)
def test_bytes_behind_a_text_that_the_permit_file_does_not_name_are_refused(end: TextEnd, raw: str) -> None:
    with pytest.raises(ValueError, match=r"is not GB18030|holds control characters"):
        decode("gb18030", bytes.fromhex(raw), {}, end)


@pytest.mark.parametrize(
    ("end", "raw"),
    [
        (BLANKS, "CDF5 CEE5 20202020"),
        (NULS, "CDF5 CEE5 00000000"),
        (ERASED, "CDF5 CEE5 FFFFFFFF"),
        (CUT_AT_NUL, "CDF5 CEE5 00 FFFFFF"),
        (ANY, "CDF5 CEE5 00000000"),
        (TextEnd(at_nul=True), "CDF5 CEE5 00 202020"),
    ],
)
def test_a_text_is_written_with_the_first_padding_that_the_permit_file_names(end: TextEnd, raw: str) -> None:
    assert encode("gb18030", 8, "王五", {}, end) == bytes.fromhex(raw)
    assert encode("gb18030", 8, "王五 ", {}, end) == bytes.fromhex(raw)
    assert encode("gb18030", 4, "王五", {}, end) == bytes.fromhex(raw)[:4]
    with pytest.raises(ValueError, match="needs 4 bytes, but the chip has 3"):
        encode("gb18030", 3, "王五", {}, end)


@pytest.mark.parametrize("end", [BLANKS, NULS, ERASED, CUT_AT_NUL, ANY], ids=repr)
@pytest.mark.parametrize("encoding", ["ascii", "gb18030"])
@given(data=st.data())
def test_any_text_that_fits_comes_back_whole_however_it_ends(encoding: str, end: TextEnd, data: st.DataObject) -> None:
    alphabet = (
        st.characters(min_codepoint=0x20, max_codepoint=0x7E)
        if encoding == "ascii"
        else st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
    )
    text = data.draw(st.text(alphabet, max_size=20))
    assert decode(encoding, encode(encoding, 80, text, {}, end), {}, end) == text.rstrip(" ")


@given(st.dates())
def test_any_date_comes_back_whole(day: date) -> None:
    assert decode("date", encode("date", 4, day, {}), {}) == day


def test_no_date_is_four_times_ff() -> None:
    assert encode("date", 4, None, {}) == b"\xff\xff\xff\xff"
    assert decode("date", b"\xff\xff\xff\xff", {}) is None


@pytest.mark.parametrize(
    ("encoding", "length", "value", "why"),
    [
        ("ascii", 4, "12345", "needs 5 bytes, but the chip has 4"),
        ("ascii", 4, "张三", "must consist of printable ASCII characters"),
        ("ascii", 4, 12, "must be a text, not int"),
        ("gb18030", 8, "a\nb", "holds control characters"),
        ("gb18030", 8, "a\u2028b", "holds control characters"),
        ("gb18030", 8, "a\u2029b", "holds control characters"),
        ("gb18030", 8, "\ud800", "character 1 is not in GB18030"),
        ("bcd", 3, "31000", "must be 6 decimal digits"),
        ("bcd", 3, "31000A", "must be 6 decimal digits"),
        ("bcd", 3, "３１００００", "must be 6 decimal digits"),
        ("hex", 2, "abcd", "must be 4 upper-case hex digits"),
        ("date", 4, "20250101", "must be a date or None, not str"),
        ("uint", 2, 65536, "must be from 0 to 65535"),
        ("uint", 2, -1, "must be from 0 to 65535"),
        ("uint", 2, True, "must be a whole number, not bool"),
        ("code", 1, "unheard", "must be one of standard"),
    ],
)
def test_a_value_that_does_not_fit_its_field_is_refused(
    encoding: str, length: int, value: bool | int | str, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        encode(encoding, length, value, {"standard": 1})


def test_one_write_carries_the_whole_reference_endorsement_and_commits() -> None:
    (write,) = REFERENCE.encode_update({name: HAND_MADE[name] for name in REFERENCE.rewritable})
    assert (write.file, write.place, write.commits) == ("endorsement", 0, True)
    assert write.data.hex().upper() == ENDORSEMENT_HEX
    assert "C9CF" not in repr(write)


def test_the_ssse_endorsement_takes_six_writes_and_the_validity_goes_last() -> None:
    writes = SSSE.encode_update(UPDATE)
    assert [(write.file, write.place, write.commits) for write in writes] == [
        ("residence", 0x23, False),
        ("residence", 0xA1, False),
        ("residence", 0xA2, False),
        ("residence", 0xA3, False),
        ("issue", 0x02, False),
        ("issue", 0x06, True),
    ]
    assert writes[-1].data.hex() == "20260506"


@pytest.mark.parametrize("permit", [REFERENCE, SSSE], ids=lambda permit: permit.name)
def test_an_update_names_exactly_the_rewritable_fields(permit: PermitFile) -> None:
    with pytest.raises(ValueError, match="missing: valid_to"):
        permit.encode_update({name: value for name, value in UPDATE.items() if name != "valid_to"})
    with pytest.raises(ValueError, match="not rewritable: id_number"):
        permit.encode_update(UPDATE | {"id_number": FIELDS["id_number"]})
    with pytest.raises(ValueError, match="address needs 82 bytes, but the chip has 80"):
        permit.encode_update(UPDATE | {"address": "长" * 41})


def test_the_permit_files_of_the_project_are_two_and_whole() -> None:
    assert [permit.name for permit in load_permit_files(PERMITS)] == ["reference", "ssse"]
    assert (REFERENCE.mac, SSSE.mac) == ("tdes", "sm4")
    assert REFERENCE.face is not None
    assert (REFERENCE.face.width_dots, REFERENCE.face.height_dots) == (480, 320)


def _mistakes(tmp_path: Path, *changes: tuple[str, str], base: str = "reference") -> list[str]:
    text = (PERMITS / f"{base}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / "changed.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DeviceFileError) as caught:
        load_permit_file(tmp_path / "changed.toml")
    return caught.value.mistakes


def test_all_mistakes_are_told_at_once_each_with_file_and_key(tmp_path: Path) -> None:
    mistakes = _mistakes(
        tmp_path,
        ('mode = "full"', 'mode = "half"'),
        ('aid = "F04A5A5A3031"', 'aid = "F0"'),
        ('mac = "tdes"', 'mac = "des"'),
        ("sfi = 0x01", "sfi = 31"),
        ('encoding = "hex"', 'encoding = "utf8"'),
    )
    assert mistakes == [
        "changed.toml: mode: must be one of full, chip_only, face_only, not 'half'",
        "changed.toml: aid: must have 5 to 16 bytes (ISO 7816-4), not 1",
        "changed.toml: mac: must be one of tdes, sm4, not 'des'",
        "changed.toml: files[1].sfi: must be a whole number from 1 to 30, not 31",
        "changed.toml: fields[1].encoding: must be one of ascii, bcd, gb18030, date, uint, hex, code, not 'utf8'",
    ]


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("offset = 8\n", "offset = 7\n", "fields: chip_serial and region overlap"),
        ("offset = 129", "offset = 130", "fields[15].length: ends at byte 132, behind the file's end at 131"),
        ('name = "birth"', 'name = "sex"', "fields: name twice: sex"),
        ('name = "valid_to"', 'name = "until"', "fields: lack valid_to"),
        ('length = 4\nencoding = "date"', 'length = 3\nencoding = "date"', "fields[8].length: of a date is 4, not 3"),
        ('fields = ["address", ', 'fields = ["id_number", "address", ', "writes[1].fields: must lie in one file"),
        (
            'fields = ["address", "issuing_authority", ',
            'fields = ["address", ',
            "writes[1].fields: must follow each other",
        ),
        ('fields = ["address", ', 'fields = ["moon", "address", ', "writes[1].fields: are not known: moon"),
        ('update = "mac"', 'update = "never"', "writes[1].fields: lie in endorsement, which is never updated"),
        ("[codes.category]", "[codes.colour]", "fields[12].encoding: is code, but there is no table codes.category"),
        ("short = 2", "short = 1", "codes.category: gives one code to two words"),
        ("住址 {address}", "住址 {moon}", "face.lines[1].template: shows what the chip does not hold: moon"),
        (
            "住址 {address}",
            "{holder_name}",
            "face.lines[1].template: shows holder_name; a face is drawn from address, ",
        ),
        ("住址 {address}", "住址 {address", "face.lines[1].template: has unbalanced braces"),
        ("width = 448", "width = 470", "face.lines[1].width: reaches dot 486, behind the edge at 480"),
        ("y = 264", "y = 300", "face.lines[4].max_lines: reach dot 324, below the edge at 320"),
        ("height_dots = 320", "height_dots = 321", "face.height_dots: must be a multiple of 8"),
        (
            'encoding = "gb18030"',
            'encoding = "gb18030"\npadding = [0x40]',
            "fields[5].padding: may name 0x20, 0x00, 0xFF, not 0x40",
        ),
        (
            'encoding = "gb18030"',
            'encoding = "gb18030"\npadding = 0x20',
            "fields[5].padding: must be a list of whole numbers",
        ),
        ('encoding = "gb18030"', 'encoding = "gb18030"\nends_at_nul = "yes"', "fields[5].ends_at_nul: must be"),
        ('encoding = "hex"', 'encoding = "hex"\npadding = [0x20]', "fields[1].padding: is not a key of this table"),
        ('title = "Reference', 'colour = "red"\ntitle = "Reference', "colour: is not a key of this table"),
    ],
)
def test_a_mistake_is_told_by_its_key(tmp_path: Path, old: str, new: str, mistake: str) -> None:
    assert any(f"changed.toml: {mistake}" in told for told in _mistakes(tmp_path, (old, new)))


def test_a_permit_file_says_how_its_texts_end(tmp_path: Path) -> None:
    text = (PERMITS / "reference.toml").read_text(encoding="utf-8")
    said = text.replace('encoding = "gb18030"', 'encoding = "gb18030"\npadding = [0xFF, 0x20]\nends_at_nul = true')
    (tmp_path / "said.toml").write_text(said, encoding="utf-8")
    permit = load_permit_file(tmp_path / "said.toml")
    assert permit.field("address").text_end == TextEnd((0xFF, 0x20), at_nul=True)
    assert permit.field("id_number").text_end == TextEnd()
    assert permit.encode_content(HAND_MADE)["endorsement", 0] == bytes.fromhex(
        "C9CFBAA3CAD000" + "FF" * 73 + "C9CFBAA3CAD000" + "FF" * 33 + "0120240507202505060102"
    )


def test_what_a_chip_holds_is_compared_in_the_bytes_that_the_permit_file_writes(tmp_path: Path) -> None:
    text = (PERMITS / "reference.toml").read_text(encoding="utf-8")
    (tmp_path / "said.toml").write_text(
        text.replace('encoding = "gb18030"', 'encoding = "gb18030"\npadding = [0x20, 0x00]'), encoding="utf-8"
    )
    permit = load_permit_file(tmp_path / "said.toml")
    (write,) = permit.writes
    ours = bytes.fromhex(ENDORSEMENT_HEX)
    others = ours.replace(b"\x20" * 74, bytes(74))
    assert permit.as_written(write, others) == permit.as_written(write, ours) == ours
    unreadable = b"\x81" * 80 + ours[80:]
    assert permit.as_written(write, unreadable) == unreadable


def test_a_write_that_leaves_part_of_a_record_unwritten_is_told(tmp_path: Path) -> None:
    mistakes = _mistakes(tmp_path, ('fields = ["category"]', 'fields = ["region"]'), base="ssse")
    assert "changed.toml: writes[5].fields: must fill their record" in mistakes


def test_a_face_only_permit_needs_no_chip_and_a_chip_only_permit_no_face(tmp_path: Path) -> None:
    text = (PERMITS / "reference.toml").read_text(encoding="utf-8")
    chip_part, face_part = text.split("# The rewritable area")
    (tmp_path / "chip.toml").write_text(chip_part.replace('"full"', '"chip_only"'), encoding="utf-8")
    head = 'name = "plain"\ntitle = "No chip"\nmode = "face_only"\n#'
    (tmp_path / "face.toml").write_text(head + face_part, encoding="utf-8")
    chip, face = load_permit_files(tmp_path)
    assert (chip.mode, chip.face, len(chip.fields)) == ("chip_only", None, 15)
    assert face.face is not None
    assert (face.mode, face.fields, len(face.face.lines)) == ("face_only", (), 4)
