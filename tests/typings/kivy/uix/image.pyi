from kivy.properties import StringProperty
from kivy.uix.widget import Widget

class Image(Widget):
    source: StringProperty
    def reload(self) -> None: ...
