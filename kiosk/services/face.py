"""Draws the face of a permit: the permit file defines the layout, the chip's fields the content."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from drivers.permit_file.face_layout import FaceLayout
from drivers.permit_unit.base import FaceRaster
from drivers.permit_unit.face import draw_face, is_cut_on_face, missing_on_face
from drivers.typeface import Typeface
from kiosk.domain.documents import FaceJob, PermitContent
from kiosk.domain.endorsement import Drawable, FaceUnprintable


class FaceDrawing:
    """Draws the rewritable area of each kind of permit. `layouts`: by the permit file's name; a kind without one has no
    such area.
    """

    def __init__(self, layouts: Mapping[str, FaceLayout], typeface: Typeface) -> None:
        self._layouts = layouts
        self._typeface = typeface

    def draw(self, face: FaceJob) -> FaceRaster:
        """The raster of `face`. Every line is drawn, because erasing wipes the whole area [?]. Raises `FaceUnprintable`
        for a content that could not be read on the face.
        """
        if (drawable := self.drawable(face)) is not Drawable.WHOLE:
            raise FaceUnprintable(drawable)
        return draw_face(self._layouts[face.permit_file], face_values(face.content), self._typeface)

    def drawable(self, face: FaceJob) -> Drawable:
        """Whether all of the content of `face` can be read on such a permit's face."""
        layout, values = self._layouts.get(face.permit_file), face_values(face.content)
        if self.readable(face.content) is not Drawable.WHOLE:
            return Drawable.CHARACTER_MISSING
        if layout is None or missing_on_face(layout, values, self._typeface):
            return Drawable.NOT_ON_FACE
        return Drawable.NOT_ON_FACE if is_cut_on_face(layout, values, self._typeface) else Drawable.WHOLE

    def readable(self, content: PermitContent) -> Drawable:
        """Whether all of `content` can be read on a screen."""
        shown = "".join(face_values(content).values())
        return Drawable.CHARACTER_MISSING if self._typeface.missing(shown) else Drawable.WHOLE


def face_values(content: PermitContent) -> dict[str, str]:
    """The texts on the face, all from the chip. Dates are in figures with dots, as on printed permits."""
    return {
        "address": content.address.reveal(),
        "issuing_authority": content.issuing_authority,
        "category": content.category,
        "valid_from": _dotted(content.valid_from),
        "valid_to": _dotted(content.valid_to),
        "endorsement_count": str(content.endorsement_count),
    }


def _dotted(day: date | None) -> str:
    return "" if day is None else f"{day:%Y.%m.%d}"
