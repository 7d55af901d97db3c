"""A stack of widgets, from the top down; what does not fit is set smaller, not cut off."""

from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, NumericProperty
from kivy.uix.layout import Layout

SMALLEST_SCALE = 0.55


class Column(Layout):
    """Children with a height of 0 take no space. `overflows`: not even the smallest scale was enough."""

    spacing = NumericProperty(0)
    scale = NumericProperty(1.0)
    overflows = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name in ("size", "pos", "spacing", "children"):
            self.fbind(name, self._trigger_layout)

    def on_scale(self, _instance: Any, scale: float) -> None:
        for child in self.children:
            if hasattr(child, "scale"):
                child.scale = scale

    def do_layout(self, *_args: Any) -> None:
        shown = [child for child in reversed(self.children) if child.height > 0]
        spacing = self.spacing * self.scale
        total = sum(child.height for child in shown) + spacing * max(len(shown) - 1, 0)
        if total > self.height and self.scale > SMALLEST_SCALE and self.height > 0:
            wanted = (self.height / total) ** 0.5
            self.scale = max(SMALLEST_SCALE, self.scale * min(max(wanted, 0.75), 0.97))
            self._trigger_layout()
            return
        self.overflows = total > self.height + 1
        top = self.top
        for child in self.children:
            child.width = self.width
        for child in shown:
            child.pos = (self.x, top - child.height)
            top -= child.height + spacing

    def add_widget(self, widget: Any, *args: Any, **kwargs: Any) -> None:
        widget.fbind("height", self._trigger_layout)
        super().add_widget(widget, *args, **kwargs)
        if hasattr(widget, "scale"):
            widget.scale = self.scale

    def fit_anew(self) -> None:
        """Start again at full size: what is shown has changed."""
        self.scale = 1.0
        self._trigger_layout()
