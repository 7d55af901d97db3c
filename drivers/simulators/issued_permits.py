"""The permits of the invented residents as simulated objects: chip personalised, face printed as at issue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from PIL import Image

from drivers.permit_file.face_layout import FaceLayout
from drivers.permit_file.field_codec import FieldValue
from drivers.permit_file.permit_file import PermitFile
from drivers.permit_unit.base import FaceRaster
from drivers.permit_unit.face import draw_face
from drivers.simulators.chip_keys import MasterKeys
from drivers.simulators.foreign_chips import foreign_chip
from drivers.simulators.permit import SimulatedPermit
from drivers.simulators.permit_face import RewritableFace, draw_permit_face
from drivers.simulators.residents import PermitData, Residents
from drivers.simulators.virtual_chip import VirtualChip
from drivers.typeface import Typeface

TITLES = {
    "permit": "居住证",
    "epassport": "电子护照",
    "bank": "银行卡",
    "blank": "空白卡",
    "memory": "门禁卡",
    "none": "塑料卡",
}
SEXES = {"1": "男", "2": "女"}  # GB/T 2261.1


@dataclass(frozen=True, slots=True)
class IssuedPermit:
    """One permit with its data. `chip`: None where there is none that could be read back."""

    id: str
    data: PermitData
    permit: SimulatedPermit
    chip: VirtualChip | None
    face: RewritableFace
    printed: Mapping[str, str]
    prints_at_issue: int
    layout: FaceLayout | None = None

    def picture(self, typeface: Typeface) -> Image.Image:
        """A picture of the permit."""
        return draw_permit_face(self.face, self.printed, typeface)

    def face_shows_chip(self, typeface: Typeface) -> bool | None:
        """Whether the face shows, dot for dot, what the chip holds now; None where it has no chip or no such area."""
        if self.chip is None or self.layout is None:
            return None
        values = {name: _on_face(value) for name, value in self.chip.written_fields().items()}
        return self.face.raster.columns == _drawn(self.layout, tuple(values.items()), typeface).columns

    def chip_fields(self) -> dict[str, str | int | None]:
        """The chip's present content for JSON: dates in ISO form, bytes in hex."""
        return {} if self.chip is None else {name: _plain(value) for name, value in self.chip.written_fields().items()}


def issue(
    residents: Residents, permit_files: Mapping[str, PermitFile], keys: MasterKeys, typeface: Typeface
) -> dict[str, IssuedPermit]:
    """Every permit of `residents`, by id. Raises ValueError for a permit without a permit file."""
    issued = {}
    for data in residents.permits.values():
        if data.chip == "permit":
            issued[data.id] = _permit(data, residents, permit_files, keys, typeface)
        else:
            face = RewritableFace()
            permit = SimulatedPermit(data.id, foreign_chip(data.chip), face)
            issued[data.id] = IssuedPermit(data.id, data, permit, None, face, {"title": TITLES[data.chip]}, 0)
    return issued


def _permit(
    data: PermitData, residents: Residents, permit_files: Mapping[str, PermitFile], keys: MasterKeys, typeface: Typeface
) -> IssuedPermit:
    if data.permit_file not in permit_files:
        raise ValueError(f"permit {data.id}: there is no permit file {data.permit_file!r}")
    permit_file, holder = permit_files[data.permit_file], residents.holder_of(data)
    chip = VirtualChip.from_permit(data, holder, permit_file, keys) if permit_file.aid else None
    face, prints = RewritableFace(), 0
    if permit_file.face is not None:
        face = RewritableFace(permit_file.face.width_dots, permit_file.face.height_dots)
        values = face_values(data, holder.number, holder.name)
        face.print_columns(_drawn(permit_file.face, tuple(values.items()), typeface).columns)
        prints = face.prints
    printed = {
        "title": TITLES["permit"],
        "issuer": data.issuing_authority,
        "name": holder.name,
        "sex": SEXES.get(holder.sex, ""),
        "birth": holder.birth.isoformat(),
        "number": holder.number,
    }
    return IssuedPermit(
        data.id, data, SimulatedPermit(data.id, chip, face), chip, face, printed, prints, permit_file.face
    )


@lru_cache(maxsize=64)
def _drawn(layout: FaceLayout, values: tuple[tuple[str, str], ...], typeface: Typeface) -> FaceRaster:
    """As `draw_face`, cached, because the same few permits are issued at every start of the devices."""
    return draw_face(layout, dict(values), typeface)


def face_values(data: PermitData, number: str, name: str) -> dict[str, str]:
    """The fields that a face's templates may name, as text; dates as 2027.12.04, as identity cards write them."""
    fields: dict[str, FieldValue] = {
        "chip_serial": data.chip_serial,
        "region": data.region,
        "permit_number": data.permit_number,
        "id_number": number,
        "holder_name": name,
        "issued_on": data.issued_on,
        "address": data.address,
        "issuing_authority": data.issuing_authority,
        "category": data.category,
        "valid_from": data.valid_from,
        "valid_to": data.valid_to,
        "endorsement_count": data.endorsement_count,
    }
    return {key: _on_face(value) for key, value in fields.items()}


def _plain(value: FieldValue) -> str | int | None:
    match value:
        case date():
            return value.isoformat()
        case bytes():
            return value.hex().upper()
        case _:
            return value


def _on_face(value: FieldValue) -> str:
    if isinstance(value, date):
        return f"{value:%Y.%m.%d}"
    return "" if value is None else str(value)
