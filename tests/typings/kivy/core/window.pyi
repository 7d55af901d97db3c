from collections.abc import Mapping, Sequence

from kivy.event import EventDispatcher
from kivy.graphics.instructions import Canvas
from kivy.properties import AliasProperty, Property

class WindowBase(EventDispatcher):
    size: AliasProperty[tuple[int, int]]
    width: Property[int, int]
    height: Property[int, int]
    clearcolor: AliasProperty[Sequence[float]]
    canvas: Canvas

class Keyboard:
    keycodes: Mapping[str, int]

Window: WindowBase  # None where no window could be opened; `open_window` of screens/shell/kivy_setup.py asks first
