"""The readiness report as a PDF whose fonts are in it, so that every computer shows it as it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, VAlign, XPos, YPos
from fpdf.fonts import FontFace

from drivers.character_map import characters_of
from drivers.typeface import FALLBACKS, MISSING, PRIMARY, Typeface
from kiosk.support.readiness_pages import Pages, Section

_FAMILY = "primary"
_TITLE_PT, _HEADING_PT, _BODY_PT, _SMALL_PT = 20, 13, 10, 8
_MARGIN_MM = 15.0
_LINE_MM = 5.0
_WITH_HEADING_MM = 40.0
"""A heading stands on the page of its first rows."""
_GREY = (230, 230, 230)


def readiness_pdf(pages: Pages, fonts_dir: Path, made_at: datetime) -> bytes:
    """The report as PDF, A4. A character that no font has is shown as 〓. Raises FileNotFoundError where the fonts have
    not been built.
    """
    paper = _Paper(fonts_dir, "".join(_texts_of(pages)), made_at)
    paper.begin(pages)
    for section in pages.sections:
        paper.add(section)
    return bytes(paper.pdf.output())


def _texts_of(pages: Pages) -> Iterator[str]:
    yield from (pages.title, pages.verdict)
    for label, value in pages.facts:
        yield from (label, value)
    for section in pages.sections:
        yield from (section.heading, section.lead, *section.columns)
        for row in section.rows:
            yield from row


class _Paper:
    """`text`: everything that will be written, from which the fonts are chosen."""

    def __init__(self, fonts_dir: Path, text: str, made_at: datetime) -> None:
        typeface = Typeface.load(fonts_dir)
        self._shown = str.maketrans({character: MISSING for character in typeface.missing(text) if character != "\n"})
        self.pdf = _Numbered(orientation="portrait", unit="mm", format="A4")
        self.pdf.set_creation_date(made_at)
        self.pdf.set_margin(_MARGIN_MM)
        self.pdf.set_auto_page_break(True, margin=_MARGIN_MM + _LINE_MM)
        self.pdf.add_font(_FAMILY, "", fonts_dir / PRIMARY["Regular"])
        self.pdf.add_font(_FAMILY, "B", fonts_dir / PRIMARY["Bold"])
        self._add_fallbacks(fonts_dir, text)

    def _add_fallbacks(self, fonts_dir: Path, text: str) -> None:
        """Load the fonts of rare characters only where there are any: one of them has 30 MB."""
        lacking, needed = set(map(ord, text)) - {ord("\n")}, []
        for name in (PRIMARY["Regular"], *FALLBACKS):
            path = fonts_dir / name
            characters = characters_of(path, path.stat().st_mtime_ns)
            had = {character for character in lacking if character in characters}
            if had and name != PRIMARY["Regular"]:
                self.pdf.add_font(name, "", path)
                needed.append(name)
            lacking -= had
        self.pdf.set_fallback_fonts(needed, exact_match=False)

    def begin(self, pages: Pages) -> None:
        self.pdf.set_title(self._seen(pages.title))
        self.pdf.add_page()
        self._line(pages.title, "B", _TITLE_PT)
        for label, value in pages.facts:
            self._line(f"{label}: {value}", "", _BODY_PT)
        self.pdf.ln(_LINE_MM / 2)
        self._line(pages.verdict, "B", _HEADING_PT)

    def add(self, section: Section) -> None:
        self.pdf.ln(_LINE_MM)
        if self.pdf.will_page_break(_WITH_HEADING_MM):
            self.pdf.add_page()
        self._line(section.heading, "B", _HEADING_PT)
        if section.lead:
            self._line(section.lead, "", _BODY_PT)
        if not section.rows:
            return
        self.pdf.set_font(_FAMILY, "", _SMALL_PT)
        with self.pdf.table(
            col_widths=tuple(section.widths),
            text_align=Align.L,
            v_align=VAlign.T,
            line_height=_LINE_MM,
            padding=(0.5, 1.0),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", fill_color=_GREY),
        ) as table:
            for row in (section.columns, *section.rows):
                cells = table.row()
                for cell in row:
                    cells.cell(self._seen(cell))

    def _line(self, text: str, style: str, size_pt: int) -> None:
        self.pdf.set_font(_FAMILY, style, size_pt)
        self.pdf.multi_cell(0, size_pt * 0.5, self._seen(text), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _seen(self, text: str) -> str:
        return text.translate(self._shown)


class _Numbered(FPDF):
    def footer(self) -> None:
        """The page's number, below each page."""
        self.set_y(-_MARGIN_MM)
        self.set_font(_FAMILY, "", _SMALL_PT)
        self.cell(0, _LINE_MM, f"{self.page_no()}", align=Align.C)
