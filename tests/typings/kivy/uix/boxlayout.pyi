from kivy.properties import OptionProperty
from kivy.uix.layout import Layout

class BoxLayout(Layout):
    spacing: float
    orientation: OptionProperty
