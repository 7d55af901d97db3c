"""Layouts for languages that run from right to left: what stands left for the others stands right, and arrows turn.

The app says which way it is (`app.mirrored`, by the language of what is shown). Rows turn by themselves; rules that
place something by x ask `place`.
"""

from __future__ import annotations

from collections.abc import Sequence

from kivy.graphics.texture import Texture
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from screens.widgets.supplies import supplies

# Icons that point along the line of reading, or are read. The others show things, and things do not turn.
POINTING = frozenset(("arrow", "back", "forward", "help", "moved", "next", "send", "services"))
_OTHER_SIDE = {"left": "right", "right": "left"}


def side(halign: str, mirrored: bool) -> str:
    """Where text of this alignment stands."""
    return _OTHER_SIDE.get(halign, halign) if mirrored else halign


def place(x: float, right: float, behind: float, width: float, mirrored: bool) -> float:
    """x of what begins `behind` the beginning of a box from `x` to `right`, and is `width` wide. The numbers are given
    one by one: a rule of the kv language follows what it names.
    """
    return right - behind - width if mirrored else x + behind


def along(texture: Texture | None, name: str, mirrored: bool) -> Texture | None:
    """The drawing `name`, turned where it points along the line of reading and that runs from right to left."""
    if texture is None or not mirrored or name not in POINTING:
        return texture
    turned = texture.get_region(0, 0, *texture.size)
    turned.flip_horizontal()
    return turned


class Row(BoxLayout):
    """A BoxLayout that begins at the side where reading begins. One that stands upright is like any other."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        supplies().fbind("mirrored", self._trigger_layout)

    def do_layout(self, *args: object) -> None:
        super().do_layout(*args)
        if self.orientation == "horizontal" and supplies().mirrored:
            turn(self, self.children)


def turn(box: Widget, widgets: Sequence[Widget]) -> None:
    """Set each widget as far from the right side of `box` as it stood from the left."""
    for widget in widgets:
        widget.x = box.x + box.right - widget.right
