"""Facts in boxes: old and new dates, a name and its value."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from screens.widgets.mirroring import Row


class TermPanel(BoxLayout):
    """A permit's validity, in words and in figures. `is_new`: the one that counts from now on."""

    label = StringProperty("")
    from_words = StringProperty("")
    to_words = StringProperty("")
    figures = StringProperty("")
    is_new = BooleanProperty(False)
    scale = NumericProperty(1.0)


class TermChange(Row):
    """Old and new validity side by side. `old` and `new`: from and to, in words; the same in figures."""

    old_label = StringProperty("")
    new_label = StringProperty("")
    old = ListProperty(["", "", ""])
    new = ListProperty(["", "", ""])
    has_new = BooleanProperty(False)
    scale = NumericProperty(1.0)


class Fact(BoxLayout):
    """A name and its value; empty words: not there. `framed`: in a box."""

    label = StringProperty("")
    words = StringProperty("")
    size_of = StringProperty("body")
    framed = BooleanProperty(False)
    scale = NumericProperty(1.0)


class Remark(Row):
    """Words with an icon on a ground of their own, perhaps under a `label`; empty words: not there."""

    label = StringProperty("")
    words = StringProperty("")
    icon = StringProperty("information")
    colour = ListProperty((0, 0, 0, 1))
    ground = ListProperty((1, 1, 1, 1))
    size_of = StringProperty("body")
    weight = StringProperty("regular")
    scale = NumericProperty(1.0)


class HaveReady(BoxLayout):
    """What to have at hand: two documents, each with its icon."""

    bring = StringProperty("")
    id_card = StringProperty("")
    permit = StringProperty("")
    scale = NumericProperty(1.0)


class ScanPanel(Row):
    """A QR code, and beside it what it is for and the number it holds."""

    content = StringProperty("")
    invitation = StringProperty("")
    number_label = StringProperty("")
    number = StringProperty("")
    term = StringProperty("")
    scale = NumericProperty(1.0)
