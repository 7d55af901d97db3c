"""A stack of widgets, from the top down; what does not fit is set smaller, not cut off."""

from __future__ import annotations

import math
from typing import Any

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty
from kivy.uix.layout import Layout

from screens.widgets.mirroring import Row

SCALES = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.52)  # few, because every size of a typeface takes memory
SETTLED_AFTER = 16  # rounds of layout without a change: widths go down through the boxes, heights come up again


class _OneScale(Row):
    """Widgets that share one `scale`."""

    scale = NumericProperty(1.0)

    def add_widget(self, widget: Any, *args: Any, **kwargs: Any) -> None:
        widget.pos_hint = {"top": 1}
        super().add_widget(widget, *args, **kwargs)
        self.fbind("scale", widget.setter("scale"))


class Side(_OneScale):
    """Widgets below each other."""


class Sides(_OneScale):
    """Widgets below each other on an upright screen, side by side on a lying one."""


class Column(Layout):
    """Children with a height of 0 take no space. `overflows`: not even the smallest scale was enough.
    `lift`: the share of free space that stays above.
    """

    spacing = NumericProperty(0)
    scale = NumericProperty(1.0)
    lift = NumericProperty(0)
    overflows = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        self._quiet_rounds = 0
        self._shrink_soon = Clock.create_trigger(self._shrink, -1)
        super().__init__(**kwargs)
        for name in ("pos", "spacing", "children"):
            self.fbind(name, self._trigger_layout)
        self.fbind("size", self.fit_anew)

    def fit_anew(self, *_args: Any) -> None:
        """Start again at full size: what is shown has changed."""
        self.scale = 1.0
        self._trigger_layout()

    def on_scale(self, _instance: Any, scale: float) -> None:
        for child in self.children:
            if hasattr(child, "scale"):
                child.scale = scale

    def add_widget(self, widget: Any, *args: Any, **kwargs: Any) -> None:
        widget.fbind("height", self._trigger_layout)
        super().add_widget(widget, *args, **kwargs)
        if hasattr(widget, "scale"):
            widget.scale = self.scale

    def do_layout(self, *_args: Any) -> None:
        needed = self._needed()
        top = self.top - self.lift * max(0, self.height - needed)
        for child in reversed(self.children):
            child.width = self.width
            child.pos = (self.x, top - child.height)
            if child.height:
                top -= child.height + self.spacing * self.scale
        self.overflows = 0 < self.height < needed - 1
        self._quiet_rounds = 0
        if self.overflows:
            self._shrink_soon()

    def _needed(self) -> float:
        heights = [child.height for child in self.children if child.height]
        return sum(heights) + self.spacing * self.scale * max(len(heights) - 1, 0)

    def _shrink(self, _elapsed: float) -> None:
        self._quiet_rounds += 1
        if self._quiet_rounds < SETTLED_AFTER:
            self._shrink_soon()
        elif self.overflows and self.scale > SCALES[-1]:
            self.scale = self._next_scale()
            self._trigger_layout()

    def _next_scale(self) -> float:
        """The largest scale that may be enough: a text's height goes with the square of its size, what is touched does
        not shrink at all.
        """
        may_be_enough = self.scale * math.sqrt(self.height / self._needed())
        smaller = [scale for scale in SCALES if scale < self.scale]
        return next((scale for scale in reversed(smaller) if scale >= may_be_enough), smaller[0])
