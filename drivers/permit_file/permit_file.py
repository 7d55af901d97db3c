"""The values of a permit file: the layout of one kind of permit, on chip and face. Pure; `reader` loads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from drivers.errors import PermitError
from drivers.permit_file import field_codec
from drivers.permit_file.face_layout import FaceLayout
from drivers.permit_file.field_codec import PADDED_WITH_BLANKS, FieldValue, TextEnd

Mode = Literal["full", "chip_only", "face_only"]
MacAlgorithm = Literal["tdes", "sm4"]

# Fields that every permit file with a chip must have.
NEEDED_FIELDS = (
    "chip_serial",
    "region",
    "permit_number",
    "id_number",
    "holder_name",
    "issued_on",
    "address",
    "issuing_authority",
    "category",
    "valid_from",
    "valid_to",
    "endorsement_count",
)

# The fields that an endorsement rewrites, from which a face can be drawn.
FACE_FIELDS = ("address", "issuing_authority", "category", "valid_from", "valid_to", "endorsement_count")

# A place on the chip: file name, and the record's tag (transparent files are one block at place 0).
Place = tuple[str, int]


class ChipContentCorrupt(PermitError):
    """The chip's bytes cannot be decoded by its permit file. `field`: the name of the field."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"the chip's field {field} {why}", device="permit_chip")
        self.field = field


@dataclass(frozen=True, slots=True)
class ChipFile:
    """One elementary file. `sfi` for transparent files, `path` (file identifiers below the application) for records;
    `length` in bytes of a transparent file, 0 of records.
    """

    name: str
    structure: Literal["transparent", "records"]
    sfi: int
    path: tuple[int, ...]
    length: int
    update: Literal["never", "mac"]


@dataclass(frozen=True, slots=True)
class ChipField:
    """One field: `offset` in the transparent file, or in the record with `tag` (0 in transparent files). `text_end`:
    how a text ends, of no meaning for other encodings.
    """

    name: str
    file: str
    tag: int
    offset: int
    length: int
    encoding: str
    codes: Mapping[str, int]
    text_end: TextEnd = PADDED_WITH_BLANKS

    @property
    def end(self) -> int:
        """Offset of the first byte after the field."""
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class PlannedWrite:
    """One protected write of the update plan. `place`: the offset in a transparent file, or the record's tag."""

    fields: tuple[str, ...]
    file: str
    place: int
    length: int
    commits: bool


@dataclass(frozen=True, slots=True)
class ProtectedWrite:
    """`data` to be written at `place` (offset, or the record's tag). May be personal: not shown."""

    file: str
    place: int
    data: bytes
    commits: bool

    def __repr__(self) -> str:
        return f"ProtectedWrite({self.file}, {self.place:02X}, {len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class PermitFile:
    """One kind of permit. `face_only` files have no chip part (empty `aid`), `chip_only` ones no `face`.

    `aid`: name of the application. `mac`: how protected writes are authenticated. `writes`: in their order, the last
    commits.
    """

    name: str
    title: str
    mode: Mode
    aid: bytes
    mac: MacAlgorithm
    files: tuple[ChipFile, ...]
    fields: tuple[ChipField, ...]
    writes: tuple[PlannedWrite, ...]
    face: FaceLayout | None

    def file(self, name: str) -> ChipFile:
        """The file of this name. Raises KeyError."""
        return {file.name: file for file in self.files}[name]

    def field(self, name: str) -> ChipField:
        """The field of this name. Raises KeyError."""
        return {field.name: field for field in self.fields}[name]

    @property
    def rewritable(self) -> tuple[str, ...]:
        """The fields that an endorsement writes, in the order of the plan."""
        return tuple(name for write in self.writes for name in write.fields)

    def places(self) -> tuple[tuple[Place, int], ...]:
        """Everything to read, in an order that needs few selections: place and length in bytes."""
        places: list[tuple[Place, int]] = []
        for file in self.files:
            if file.structure == "transparent":
                places.append(((file.name, 0), file.length))
            else:
                tags = dict.fromkeys(f.tag for f in self.fields if f.file == file.name)
                places += [((file.name, tag), self.record_length(file.name, tag)) for tag in tags]
        return tuple(places)

    def record_length(self, file: str, tag: int) -> int:
        """Bytes in a record, without tag and length."""
        return max(f.end for f in self.fields if f.file == file and f.tag == tag)

    def encode_content(self, fields: Mapping[str, FieldValue]) -> dict[Place, bytes]:
        """A whole chip's content (personalisation). Bytes that no field covers are FFh. Raises ValueError,
        KeyError.
        """
        content = {place: bytearray(b"\xff" * length) for place, length in self.places()}
        for field in self.fields:
            content[field.file, field.tag][field.offset : field.end] = self._encoded(field, fields)
        return {place: bytes(raw) for place, raw in content.items()}

    def encode_update(self, fields: Mapping[str, FieldValue]) -> tuple[ProtectedWrite, ...]:
        """The protected writes of one endorsement, in their order; the last one commits.

        `fields` must hold every rewritable field and no other. Raises ValueError naming the field that is missing, is
        not rewritable, or does not fit; texts are never cut.
        """
        strangers = set(fields) - set(self.rewritable)
        if strangers:
            raise ValueError(f"{self.name}: not rewritable: {', '.join(sorted(strangers))}")
        missing = set(self.rewritable) - set(fields)
        if missing:
            raise ValueError(f"{self.name}: missing: {', '.join(sorted(missing))}")
        writes = []
        for write in self.writes:
            parts = sorted((self.field(name) for name in write.fields), key=lambda field: field.offset)
            data = b"".join(self._encoded(field, fields) for field in parts)
            writes.append(ProtectedWrite(write.file, write.place, data, write.commits))
        return tuple(writes)

    def _encoded(self, field: ChipField, fields: Mapping[str, FieldValue]) -> bytes:
        try:
            return field_codec.encode(field.encoding, field.length, fields[field.name], field.codes, field.text_end)
        except ValueError as error:
            raise ValueError(f"{self.name}: {field.name} {error}") from None

    def as_written(self, write: PlannedWrite, held: bytes) -> bytes:
        """The bytes `held` at a planned write's place, re-encoded as this permit file writes the same values, because
        other software may end texts in another way. Fields that cannot be decoded stay as they are.
        """
        parts = sorted((self.field(name) for name in write.fields), key=lambda field: field.offset)
        start = parts[0].offset
        return b"".join(self._rewritten(field, held[field.offset - start : field.end - start]) for field in parts)

    def _rewritten(self, field: ChipField, raw: bytes) -> bytes:
        try:
            value = field_codec.decode(field.encoding, raw, field.codes, field.text_end)
            return field_codec.encode(field.encoding, field.length, value, field.codes, field.text_end)
        except ValueError:
            return raw

    def decode(self, content: Mapping[Place, bytes]) -> dict[str, FieldValue]:
        """Every field by name, from what was read at `places()`. Raises `ChipContentCorrupt`."""
        return {field.name: self.decode_field(field.name, content) for field in self.fields}

    def decode_field(self, name: str, content: Mapping[Place, bytes]) -> FieldValue:
        """One field; only its place need have been read. Raises `ChipContentCorrupt`."""
        field = self.field(name)
        raw = content[field.file, field.tag][field.offset : field.end]
        if len(raw) != field.length:
            raise ChipContentCorrupt(field.name, f"has {len(raw)} of {field.length} bytes")
        try:
            return field_codec.decode(field.encoding, raw, field.codes, field.text_end)
        except ValueError as error:
            raise ChipContentCorrupt(field.name, str(error)) from None
