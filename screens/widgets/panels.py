"""Facts in boxes: old and new dates, a name and its value."""

from __future__ import annotations

from unicodedata import bidirectional, category, east_asian_width

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from screens.widgets.mirroring import Row

# Width of a bold figure of the typeface (letters are narrower), and average width of letters that join.
LATIN_EM, JOINING_EM = 0.58, 0.46


class TermPanel(BoxLayout):
    """A permit's validity. `is_new`: it applies from now on; `wanted`: the width for its end on one line in the larger
    size, which is used where it is `roomy`; `ems`: the same in heights of the text; `least`: its least height.
    """

    is_whole = True
    label = StringProperty("")
    from_words = StringProperty("")
    to_words = StringProperty("")
    is_new = BooleanProperty(False)
    ems = NumericProperty(0)
    wanted = NumericProperty(0)
    roomy = BooleanProperty(True)
    least = NumericProperty(0)

    def on_to_words(self, _instance: object, words: str) -> None:
        # Computed and not measured: the size depends on it, and a measurement would depend on the size.
        self.ems = sum(map(_em_of, words))


def _em_of(character: str) -> float:
    if category(character) == "Cf":
        return 0.0  # a direction mark
    if bidirectional(character) == "AL":
        return JOINING_EM
    return 1.0 if east_asian_width(character) in "WF" else LATIN_EM


class TermChange(Row):
    """Old and new validity side by side, equally high. `old` and `new`: from and to, in words."""

    is_whole = True
    old_label = StringProperty("")
    new_label = StringProperty("")
    old: ListProperty[str] = ListProperty(["", ""])
    new: ListProperty[str] = ListProperty(["", ""])
    has_new = BooleanProperty(False)
    half = NumericProperty(0)
    least = NumericProperty(0)


class Fact(BoxLayout):
    """A name and its value; hidden without words. `framed`: in a box."""

    is_whole = True
    label = StringProperty("")
    words = StringProperty("")
    size_of = StringProperty("body")
    framed = BooleanProperty(False)


class Remark(Row):
    """Words with an icon on a coloured ground, with or without a `label` above; hidden without words."""

    is_whole = True
    label = StringProperty("")
    words = StringProperty("")
    icon = StringProperty("information")
    colour: ListProperty[float] = ListProperty((0, 0, 0, 1))
    ground: ListProperty[float] = ListProperty((1, 1, 1, 1))
    size_of = StringProperty("body")
    weight = StringProperty("regular")


class HaveReady(BoxLayout):
    """What to have at hand: two documents, each with its icon."""

    is_whole = True
    bring = StringProperty("")
    id_card = StringProperty("")
    permit = StringProperty("")


class ScanPanel(Row):
    """A QR code, with its purpose and its number beside it."""

    is_whole = True
    content = StringProperty("")
    invitation = StringProperty("")
    number_label = StringProperty("")
    number = StringProperty("")
    term = StringProperty("")
