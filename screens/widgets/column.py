"""The column of a screen's texts, on as many pages as it needs. No text is made smaller, and no line is cut."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from kivy.clock import Clock
from kivy.graphics.scissor_instructions import ScissorPop, ScissorPush
from kivy.input.motionevent import MotionEvent
from kivy.properties import BooleanProperty, NumericProperty
from kivy.uix.layout import Layout
from kivy.uix.widget import Widget

from screens.widgets.mirroring import Row
from screens.widgets.page_breaks import Piece, page_starts
from screens.widgets.paragraph import Paragraph

SETTLED_AFTER = 16  # rounds of layout without a change: widths pass down through the boxes, heights come back up


class Side(Row):
    """Widgets below each other."""


class Sides(Row):
    """Widgets below each other where lines are short, else side by side. `beside`: always side by side."""

    beside = BooleanProperty(False)

    def add_widget(self, widget: Widget, index: int = 0, canvas: str | None = None) -> None:
        widget.pos_hint = {"top": 1}
        super().add_widget(widget, index, canvas)


class Column(Layout):
    """The column. Children with a height of 0 take no space. `needed`: the height of all; `page`: the present one of
    `pages`, from 0; `all_seen`: the last page was shown since the model came; `lift`: the share of free space that is
    above the texts; `is_wide`: it has no room beside a picture, and takes the picture's place.
    """

    spacing = NumericProperty(0)
    lift = NumericProperty(0)
    needed = NumericProperty(0)
    page = NumericProperty(0)
    pages = NumericProperty(1)
    all_seen = BooleanProperty(True)
    is_wide = BooleanProperty(False)

    __events__ = ("on_settled",)

    def __init__(self, **kwargs: object) -> None:
        self._seen_to = 0
        self._quiet_rounds = 0
        self._starts: list[float] = [0.0]
        self._shown: Piece = (0.0, 0.0)
        self._settle = Clock.create_trigger(self._count_quiet_round, -1)
        super().__init__(**kwargs)
        with self.canvas.before:
            self._clip = ScissorPush()
        with self.canvas.after:
            ScissorPop()
        for name in ("pos", "size", "spacing", "lift", "children", "page"):
            self.fbind(name, self._stir)

    def _stir(self, *_args: object) -> None:
        self._quiet_rounds = 0
        self._trigger_layout()

    def on_settled(self) -> None:
        """Event: the layout has settled, and the pages are about to be announced."""

    def begin_anew(self) -> None:
        """Show the first page of new content. The number of pages is known when the layout has settled, and does not
        depend on earlier content.
        """
        self.page, self._seen_to = 0, 0
        self.is_wide = False
        self.pages, self.all_seen = 1, True
        self._stir()

    def add_widget(self, widget: Widget, index: int = 0, canvas: str | None = None) -> None:
        widget.fbind("height", self._stir)
        super().add_widget(widget, index, canvas)

    def do_layout(self, *_args: object) -> None:
        shown = [child for child in reversed(self.children) if child.height]
        self.needed = sum(child.height for child in shown) + self.spacing * max(len(shown) - 1, 0)
        for child in self.children:
            child.width = self.width
        self._starts = self._page_starts(shown)
        page = min(int(self.page), len(self._starts) - 1)
        begin, is_whole = self._starts[page], len(self._starts) == 1
        end = self._starts[page + 1] if page + 1 < len(self._starts) else self.needed
        top = self.top - (self.lift * max(0.0, self.height - self.needed) if is_whole else 0.0) + begin
        for child in shown:
            child.pos = (self.x, top - child.height)
            top -= child.height + self.spacing
        self._shown = (self.y, self.top) if is_whole else (self.top - (end - begin), self.top)
        self._clip_to(*self._shown)
        self._settle()

    def _count_quiet_round(self, _elapsed: float) -> None:
        """Count rounds without a change. The number of pages is announced only when the layout has settled, because the
        buttons below depend on it, and the room on them.
        """
        self._quiet_rounds += 1
        if self._quiet_rounds < SETTLED_AFTER:
            if len(self._starts) > 1:
                self.do_layout()  # the content of a child may still move though its height is final
            self._settle()
            return
        self.dispatch("on_settled")
        pages = len(self._starts)
        self.page = min(self.page, pages - 1)
        self._seen_to = max(self._seen_to, int(self.page))
        self.all_seen = self._seen_to >= pages - 1
        self.pages = pages

    def shows(self, widget: Widget) -> bool:
        """Whether `widget`, anywhere inside, is on the present page; for text, whether one of its lines is."""
        low, high = self._shown
        if isinstance(widget, Paragraph):
            return bool(widget.top > low + 1 and widget.y < high - 1)
        return bool(widget.y >= low - 1 and widget.top <= high + 1)

    def is_cut(self, widget: Widget) -> bool:
        """Whether some lines of `widget` are on another page."""
        low, high = self._shown
        return not (widget.y >= low - 1 and widget.top <= high + 1)

    def on_touch_down(self, touch: MotionEvent) -> bool:
        low, high = self._shown
        return bool(low <= touch.y <= high) and bool(super().on_touch_down(touch))

    def _clip_to(self, low: float, high: float) -> None:
        if len(self._starts) == 1:
            self._clip.x, self._clip.y, self._clip.width, self._clip.height = 0, 0, 1 << 14, 1 << 14
            return
        bottom = ceil(low)  # the next page begins below it
        self._clip.x, self._clip.y = int(self.x), bottom
        self._clip.width, self._clip.height = int(self.width + 1), ceil(high) - bottom

    def _page_starts(self, shown: list[Widget]) -> list[float]:
        """The begin of each page."""
        if not 0 < self.height < self.needed - 1:
            return [0.0]
        pieces: list[Piece] = []
        wholes: list[Piece] = []
        top = 0.0
        for child in shown:
            for widget, begin in _parts(child, top, self.height):
                lines = widget.text.count("\n") + 1 if isinstance(widget, Paragraph) else 1
                each = widget.height / lines
                pieces += ((begin + number * each, begin + (number + 1) * each) for number in range(lines))
                if lines > 1 and widget.height <= self.height:
                    wholes.append((begin, begin + widget.height))
            top += child.height + self.spacing
        return page_starts(pieces, wholes, self.needed, self.height)


def _parts(widget: Widget, top: float, most: float) -> Iterator[tuple[Widget, float]]:
    """What `widget` consists of, down to paragraphs and to what must not be cut, with the begin of each from the top of
    the column. `top`: its own begin; `most`: the height of a page.
    """
    if (
        isinstance(widget, Paragraph)
        or not widget.children
        or (getattr(widget, "is_whole", False) and widget.height <= most)
    ):
        yield widget, top
        return
    if isinstance(widget, Layout):
        widget.do_layout()  # its content may not have followed the last turn of the page yet
    for child in widget.children:
        if child.height and child.opacity:
            yield from _parts(child, top + (widget.top - child.top), most)
