"""The progress of the work, by the stages that it has reached."""

from __future__ import annotations

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from screens.widgets.mirroring import Row


class StageLine(Row):
    """One stage: done, in progress, or to come."""

    words = StringProperty("")
    number = StringProperty("")
    is_done = BooleanProperty(False)
    is_now = BooleanProperty(False)


class Stages(BoxLayout):
    """The stages, by `names` in order. The one with the index `stage` is in progress, earlier ones are done."""

    names: ListProperty[str] = ListProperty()
    stage = NumericProperty(0)

    def __init__(self, **kwargs: object) -> None:
        self._made: list[StageLine] = []
        super().__init__(**kwargs)
        self.bind(names=self._build, stage=self._build)

    def _build(self, *_args: object) -> None:
        while len(self._made) < len(self.names):
            self._made.append(StageLine())
        shown = self._made[: len(self.names)]
        for number, (line, words) in enumerate(zip(shown, self.names, strict=True)):
            line.words, line.number = words, str(number + 1)
            line.is_done, line.is_now = number < self.stage, number == self.stage
        if self.children != shown[::-1]:
            self.clear_widgets()
            for line in shown:
                self.add_widget(line)
