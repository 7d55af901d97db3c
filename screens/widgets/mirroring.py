"""Mirrored layouts for right-to-left languages: left and right are exchanged, and arrows turn.

The app has the direction (`app.mirrored`, by the language of the screen). Rows mirror themselves; rules that place
something by x use `place`.
"""

from __future__ import annotations

from collections.abc import Sequence

from kivy.graphics.texture import Texture
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from screens.widgets.supplies import supplies

# Icons that point in the reading direction or contain text. The others show things, which do not turn.
POINTING = frozenset(("arrow", "back", "forward", "help", "moved", "next", "send", "services"))
_OTHER_SIDE = {"left": "right", "right": "left"}


def side(halign: str, mirrored: bool) -> str:
    """The side of text with this alignment."""
    return _OTHER_SIDE.get(halign, halign) if mirrored else halign


def place(x: float, right: float, behind: float, width: float, mirrored: bool) -> float:
    """The x of a thing that is `width` wide and begins `behind` after the reading start of a box from `x` to `right`.
    The numbers are separate arguments, because a rule of the kv language follows the properties that it names.
    """
    return right - behind - width if mirrored else x + behind


def along(texture: Texture | None, name: str, mirrored: bool) -> Texture | None:
    """The drawing `name`, turned if it points in the reading direction and that is from right to left."""
    if texture is None or not mirrored or name not in POINTING:
        return texture
    turned = texture.get_region(0, 0, *texture.size)
    turned.flip_horizontal()
    return turned


class Row(BoxLayout):
    """A BoxLayout that begins at the side where reading begins. A vertical one is like any BoxLayout."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        supplies().fbind("mirrored", self._trigger_layout)

    def do_layout(self, *args: object) -> None:
        super().do_layout(*args)
        if self.orientation == "horizontal" and supplies().mirrored:
            turn(self, self.children)


def turn(box: Widget, widgets: Sequence[Widget]) -> None:
    """Place each widget as far from the right side of `box` as it was from the left."""
    for widget in widgets:
        widget.x = box.x + box.right - widget.right
