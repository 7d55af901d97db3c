from kivy.clock import ClockEvent
from kivy.core.text import LabelBase
from kivy.graphics.texture import Texture
from kivy.properties import (
    BooleanProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    OptionProperty,
    StringProperty,
    VariableListProperty,
)
from kivy.uix.widget import Widget

class Label(Widget):
    text: StringProperty
    markup: BooleanProperty
    font_name: StringProperty
    font_size: NumericProperty
    color: ListProperty[float]
    padding: VariableListProperty
    texture: ObjectProperty[Texture | None]
    texture_size: ListProperty[float]
    halign: OptionProperty
    _label: LabelBase
    _trigger_texture: ClockEvent
    def texture_update(self, *largs: object) -> None: ...
