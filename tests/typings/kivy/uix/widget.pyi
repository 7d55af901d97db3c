from collections.abc import Iterator, Mapping

from kivy.event import EventDispatcher
from kivy.graphics.instructions import Canvas
from kivy.input.motionevent import MotionEvent
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, ReferenceListProperty

class Widget(EventDispatcher):
    canvas: Canvas
    ids: Mapping[str, Widget]
    x: NumericProperty
    y: NumericProperty
    top: NumericProperty
    center_x: NumericProperty
    center_y: NumericProperty
    right: NumericProperty
    width: NumericProperty
    height: NumericProperty
    pos: ReferenceListProperty
    size: ReferenceListProperty
    pos_hint: ObjectProperty[Mapping[str, float]]
    size_hint_y: ObjectProperty[float | None]
    opacity: NumericProperty
    disabled: BooleanProperty
    @property
    def parent(self) -> Widget | None: ...
    @property
    def children(self) -> list[Widget]: ...
    def add_widget(self, widget: Widget, index: int = 0, canvas: str | None = None) -> None: ...
    def remove_widget(self, widget: Widget) -> None: ...
    def clear_widgets(self) -> None: ...
    def walk(self) -> Iterator[Widget]: ...
    def to_window(self, x: float, y: float) -> tuple[float, float]: ...
    def collide_point(self, x: float, y: float) -> bool: ...
    def on_touch_down(self, touch: MotionEvent) -> bool | None: ...
