"""Loads permit files: it turns TOML into a `PermitFile`. Every mistake is one readable line."""

from __future__ import annotations

import string
from itertools import pairwise
from pathlib import Path
from typing import cast, get_args

from drivers.device_file import FileTable
from drivers.permit_file.face_layout import FaceLayout, FaceLine
from drivers.permit_file.field_codec import (
    DATE_BYTES,
    ENCODINGS,
    PADDED_WITH_BLANKS,
    PADDINGS,
    TEXT_ENCODINGS,
    TextEnd,
)
from drivers.permit_file.permit_file import (
    FACE_FIELDS,
    NEEDED_FIELDS,
    ChipField,
    ChipFile,
    MacAlgorithm,
    Mode,
    PermitFile,
    PlannedWrite,
)

MAC_BYTES = 4
LONGEST_WRITE = 255 - MAC_BYTES  # one short APDU; Lc counts the MAC
LONGEST_FILE = 255  # read in one short APDU
LONGEST_UINT = 4


def load_permit_file(path: Path) -> PermitFile:
    """The permit file at `path`. Raises `DeviceFileError` with one line per mistake."""
    top = FileTable.of_file(path)
    name, title = top.text("name"), top.text("title")
    mode = cast(Mode, top.text("mode", "full", get_args(Mode)))
    permit = PermitFile(name, title, mode, b"", "tdes", (), (), (), None)
    if mode != "face_only":
        permit = _with_chip(permit, top)
    face = _face(top.table("face"), permit) if mode != "chip_only" else None
    top.finish()
    return PermitFile(name, title, mode, permit.aid, permit.mac, permit.files, permit.fields, permit.writes, face)


def load_permit_files(directory: Path) -> tuple[PermitFile, ...]:
    """All permit files of a directory, by file name."""
    return tuple(load_permit_file(path) for path in sorted(directory.glob("*.toml")))


def _with_chip(permit: PermitFile, top: FileTable) -> PermitFile:
    aid = _aid(top)
    mac = cast(MacAlgorithm, top.text("mac", one_of=get_args(MacAlgorithm)))
    files = tuple(_file(table) for table in top.tables("files"))
    _complain_of_twins(top, "files", [file.name for file in files])
    codes = _codes(top) if top.has("codes") else {}
    fields = tuple(_field(table, files, codes) for table in top.tables("fields"))
    _complain_of_twins(top, "fields", [field.name for field in fields])
    _complain_of_overlaps(top, fields)
    missing = [name for name in NEEDED_FIELDS if name not in {field.name for field in fields}]
    if missing:
        top.complain("fields", f"lack {', '.join(missing)}")
    tables = top.tables("writes")
    writes = tuple(_write(table, files, fields, last=place == len(tables)) for place, table in enumerate(tables, 1))
    rewritten = [name for write in writes for name in write.fields]
    _complain_of_twins(top, "writes", rewritten)
    return PermitFile(permit.name, permit.title, permit.mode, aid, mac, files, fields, writes, None)


def _aid(top: FileTable) -> bytes:
    try:
        aid = bytes.fromhex(top.text("aid"))
    except ValueError:
        top.complain("aid", "must be hex digits")
        return b""
    if not 5 <= len(aid) <= 16:
        top.complain("aid", f"must have 5 to 16 bytes (ISO 7816-4), not {len(aid)}")
    return aid


def _codes(top: FileTable) -> dict[str, dict[str, int]]:
    tables = top.table("codes")
    codes: dict[str, dict[str, int]] = {}
    for field in tables.names():
        table = tables.table(field)
        codes[field] = {word: table.whole(word, 0, 0xFF) for word in table.names()}
        if len(set(codes[field].values())) != len(codes[field]):
            tables.complain(field, "gives one code to two words")
    return codes


def _file(table: FileTable) -> ChipFile:
    name = table.text("name")
    structure = table.text("structure", one_of=("transparent", "records"))
    update = table.text("update", one_of=("never", "mac"))
    sfi, length = 0, 0
    path: tuple[int, ...] = ()
    if structure == "records":
        path = table.wholes("path", 0x0001, 0xFFFF)
    else:
        sfi = table.whole("sfi", 1, 30)
        length = table.whole("length", 1, LONGEST_FILE)
    return ChipFile(
        name,
        "records" if structure == "records" else "transparent",
        sfi,
        path,
        length,
        "mac" if update == "mac" else "never",
    )


def _field(table: FileTable, files: tuple[ChipFile, ...], codes: dict[str, dict[str, int]]) -> ChipField:
    name = table.text("name")
    file_name = table.text("file", one_of=[file.name for file in files])
    file = next((file for file in files if file.name == file_name), None)
    encoding = table.text("encoding", one_of=ENCODINGS)
    length = table.whole("length", 1, LONGEST_FILE)
    if file is not None and file.structure == "records":
        tag, offset = table.whole("tag", 1, 0xFE), table.whole("offset", 0, LONGEST_FILE, default=0)
    else:
        tag, offset = 0, table.whole("offset", 0, LONGEST_FILE)
        if file is not None and offset + length > file.length:
            table.complain("length", f"ends at byte {offset + length}, behind the file's end at {file.length}")
    if encoding == "date" and length != DATE_BYTES:
        table.complain("length", f"of a date is {DATE_BYTES}, not {length}")
    if encoding == "uint" and length > LONGEST_UINT:
        table.complain("length", f"of a uint is 1 to {LONGEST_UINT}, not {length}")
    if encoding == "code" and name not in codes:
        table.complain("encoding", f"is code, but there is no table codes.{name}")
    end = _text_end(table) if encoding in TEXT_ENCODINGS else PADDED_WITH_BLANKS
    return ChipField(name, file_name, tag, offset, length, encoding, codes.get(name, {}), end)


def _text_end(table: FileTable) -> TextEnd:
    padding = table.wholes("padding", 0x00, 0xFF, default=PADDED_WITH_BLANKS.padding)
    if not set(padding) <= set(PADDINGS):
        known = ", ".join(f"0x{byte:02X}" for byte in PADDINGS)
        table.complain("padding", f"may name {known}, not {', '.join(f'0x{byte:02X}' for byte in padding)}")
    return TextEnd(padding or PADDED_WITH_BLANKS.padding, table.truth("ends_at_nul", default=False))


def _write(table: FileTable, files: tuple[ChipFile, ...], fields: tuple[ChipField, ...], *, last: bool) -> PlannedWrite:
    names = table.texts("fields")
    parts = sorted((field for field in fields if field.name in names), key=lambda field: field.offset)
    unknown = [name for name in names if name not in {field.name for field in fields}]
    if unknown:
        table.complain("fields", f"are not known: {', '.join(unknown)}")
    if not parts:
        return PlannedWrite(names, "", 0, 0, last)
    first = parts[0]
    if len({(field.file, field.tag) for field in parts}) > 1:
        table.complain("fields", "must lie in one file, and in one record")
    elif any(one.end != other.offset for one, other in pairwise(parts)):
        table.complain("fields", "must follow each other without a gap")
    file = next((file for file in files if file.name == first.file), None)
    if file is not None and file.update != "mac":
        table.complain("fields", f"lie in {file.name}, which is never updated")
    length = parts[-1].end - first.offset
    if first.tag and first.offset:
        table.complain("fields", "must begin where the record begins")
    elif first.tag and length != max(f.end for f in fields if (f.file, f.tag) == (first.file, first.tag)):
        table.complain("fields", "must fill their record")
    if length > LONGEST_WRITE:
        table.complain("fields", f"need {length} bytes; one command takes {LONGEST_WRITE}")
    return PlannedWrite(names, first.file, first.tag or first.offset, length, last)


def _face(table: FileTable, permit: PermitFile) -> FaceLayout:
    width = table.whole("width_dots", 8, 2000)
    height = table.whole("height_dots", 8, 2000)
    if height % 8:
        table.complain("height_dots", "must be a multiple of 8")
    lines = tuple(_face_line(line, width, height, permit) for line in table.tables("lines"))
    return FaceLayout(width, height, lines)


def _face_line(table: FileTable, width_dots: int, height_dots: int, permit: PermitFile) -> FaceLine:
    line = FaceLine(
        table.text("template"),
        table.whole("x", 0, width_dots - 1),
        table.whole("y", 0, height_dots - 1),
        table.whole("size", 8, height_dots),
        table.whole("width", 8, width_dots),
        table.whole("max_lines", 1, 20),
    )
    if line.x + line.width > width_dots:
        table.complain("width", f"reaches dot {line.x + line.width}, behind the edge at {width_dots}")
    bottom = line.y + line.size * line.max_lines
    if bottom > height_dots:
        table.complain("max_lines", f"reach dot {bottom}, below the edge at {height_dots}")
    held = {field.name for field in permit.fields}
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(line.template) if name is not None]
    except ValueError:
        table.complain("template", "has unbalanced braces")
        return line
    unknown = [name for name in names if name not in held] if permit.mode != "face_only" else []
    if unknown:
        table.complain("template", f"shows what the chip does not hold: {', '.join(unknown)}")
    undrawn = [name for name in names if name not in (*FACE_FIELDS, *unknown)]
    if undrawn:
        table.complain("template", f"shows {', '.join(undrawn)}; a face is drawn from {', '.join(FACE_FIELDS)}")
    return line


def _complain_of_twins(top: FileTable, key: str, names: list[str]) -> None:
    twins = sorted({name for name in names if name and names.count(name) > 1})
    if twins:
        top.complain(key, f"name twice: {', '.join(twins)}")


def _complain_of_overlaps(top: FileTable, fields: tuple[ChipField, ...]) -> None:
    ordered = sorted(fields, key=lambda field: (field.file, field.tag, field.offset))
    for one, other in pairwise(ordered):
        if (one.file, one.tag) == (other.file, other.tag) and other.offset < one.end:
            top.complain("fields", f"{one.name} and {other.name} overlap")
