"""The controls of the voice for the screens: on or off, volume, repeat. The narrator decides what is said and how."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.event import EventDispatcher
from kivy.properties import BooleanProperty, NumericProperty

from kiosk.domain.sound import LOUDEST, SiteSound
from kiosk.presentation.models.resident import HelpScreen, ScreenModel, UntouchedScreen, WelcomeScreen
from kiosk.presentation.models.screens import AnyScreenModel
from kiosk.presentation.models.technician import TechnicianScreenModel
from kiosk.texts.translation import Translation

if TYPE_CHECKING:
    from screens.sound.headphone_jack import HeadphoneJack
    from screens.sound.narration import Narration
    from screens.sound.narrator import Narrator

STEP, LOWEST = 20, 40
"""The step of the volume, and the lowest that can be chosen, in percent."""

_RESTING = WelcomeScreen | UntouchedScreen
"""Pages outside any visit."""

FORGOTTEN_S = 60.0
"""Seconds after the last touch, on a page outside any visit, until a person's choices are forgotten."""


class Voice(EventDispatcher):
    """The voice; for Kivy's thread. `is_offered`: screens have buttons for it; `is_on`: screens are spoken; `volume`:
    in percent; `is_easy()`: whether the pages of easy mode stand, from any thread. A person's choices end with the
    visit. Nothing is loaded and no device is open before it is needed.

    Headphones switch the voice on while they are plugged in. Only through them is anything said about the person.
    """

    is_offered = BooleanProperty(False)
    is_on = BooleanProperty(False)
    volume = NumericProperty(0)

    def __init__(
        self,
        sound: SiteSound,
        voice_dir: Path,
        translation: Callable[[str], Translation],
        is_easy: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._settings = sound.settings
        self.is_offered = self._settings.is_offered
        self._voice_dir = voice_dir
        self._translation = translation
        self._is_easy = is_easy
        self._time_of_day = sound.time_of_day
        self._lost = sound.lost
        self._wanted: int | None = None  # the volume that a person chose
        self._page: AnyScreenModel | None = None
        self._model: ScreenModel | None = None  # the page, or help that stands over it
        self._has_more_pages = False
        self._in_private = False  # written by the jack's thread, at once
        self._is_greeting = True  # False: nobody has touched the first screen since the last visit
        self._jack: HeadphoneJack | None = None
        self._speaker: Narrator | None = None
        self._forget = Clock.create_trigger(self._begin_anew, FORGOTTEN_S)
        self._begin_anew()

    def start(self) -> None:
        Window.bind(on_touch_down=self.touched)
        if self._settings.headphone_jack:
            from screens.sound.headphone_jack import HeadphoneJack

            self._jack = HeadphoneJack(self._settings.headphone_jack, self._jack_changed, self._lost)
            self._jack.start()

    def stop(self) -> None:
        Window.unbind(on_touch_down=self.touched)
        self._forget.cancel()
        jack, self._jack = self._jack, None
        if jack is not None:
            jack.stop()
        speaker, self._speaker = self._speaker, None
        if speaker is not None:
            speaker.stop()

    # -- what a person asks for ----------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Switch the voice on or off for this visit; on, it says the present screen."""
        self.is_on = not self.is_on
        self._chosen()
        if self.is_on:
            if self._present_volume() == 0:
                self._wanted = LOWEST  # a person who switches the voice on wants to hear it
            self.repeat()
        else:
            self._narrator().rest()

    def follow_easy(self, *, is_easy: bool) -> None:
        """Switch the voice on in easy mode, if it is offered; otherwise use the site's setting."""
        if self.is_offered and self.is_on != (is_easy or self._is_usual):
            self.toggle()

    def repeat(self) -> None:
        """Say the present screen from its beginning; nothing while the voice is off."""
        if self.is_on and self._model is not None:
            self._is_greeting = True
            self._narrator().repeat(self._model, self._present_volume())
            self.turned(has_more=self._has_more_pages)

    def change_volume(self) -> None:
        """Make the voice a step louder for this visit; after the loudest comes the lowest that can be chosen."""
        volume = self._present_volume()
        self._wanted = min(LOUDEST, max(LOWEST, volume + STEP)) if volume < LOUDEST else LOWEST
        self._present_volume()
        self._chosen()
        self.go_on()

    def _chosen(self) -> None:
        self._forget.cancel()
        if isinstance(self._page, _RESTING):
            self._forget()

    # -- what happens --------------------------------------------------------------------------------------------------

    def show(self, page: AnyScreenModel, over: HelpScreen | None = None) -> None:
        """Note that `page` is now on the screen, with or without help `over` it."""
        if isinstance(page, TechnicianScreenModel):
            self._fall_silent(page)
            return
        before, self._page = self._page, page
        if isinstance(before, TechnicianScreenModel):
            before = None
        stood, self._model = self._model, over or page
        self.is_offered = self._settings.is_offered and self._is_spoken(page.frame.language)
        if isinstance(page, _RESTING):
            if before is not None and not isinstance(before, _RESTING):
                self._begin_anew()
                self._is_greeting = False  # an empty hall need not hear it
        else:
            self._forget.cancel()
            self._is_greeting = True
        if stood is None or _which(stood) != _which(self._model):
            self._has_more_pages = False
        aloud, signal = self._speaks_by_itself(), None
        if self.is_on or self._settings.signals:
            from kiosk.voice.signals import signal as signal_between

            signal = signal_between(before, page)
        if aloud or signal is not None:
            self._narrator().show(self._model, self._present_volume(), aloud=aloud, signal=signal)
        elif self.is_on and self._speaker is not None:
            self._speaker.rest()

    def _fall_silent(self, page: TechnicianScreenModel) -> None:
        """Nothing is said of a technician's page."""
        self._page, self._model, self.is_offered = page, None, False
        if self._speaker is not None:
            self._speaker.rest()

    def turned(self, *, has_more: bool) -> None:
        """Note that the present page of text was painted. `has_more`: further pages were not seen yet."""
        self._has_more_pages = has_more
        if has_more and self._model is not None and self._speaks_by_itself():
            self._narrator().tell_of_pages(self._model.frame.language, self._present_volume())

    def warn(self, seconds: int) -> None:
        """Say the screen's question whether somebody is still there, `seconds` before it ends."""
        aloud = self._speaks_by_itself()
        if self._model is not None and (aloud or self._settings.signals):
            from kiosk.voice.signals import Signal

            language = self._model.frame.language
            self._narrator().warn(language, seconds, self._present_volume(), aloud=aloud, signal=Signal.ATTENTION)

    def go_on(self) -> None:
        """Say the rest of what a touch interrupted, because the touch answered nothing."""
        if self._model is not None and self._speaker is not None and self._speaks_by_itself():
            self._speaker.go_on(self._model.frame.language, self._present_volume())

    def name(self, words: str, language: str, *, is_private: bool) -> None:
        """Say the `words` of a button, in `language`, if there is a sound for them; "": the button that turns to the
        next page. `is_private`: they may be part of a number of the person.
        """
        if self.is_on:
            self._narrator().name(words, language, self._present_volume(), is_private=is_private)

    def _speaks_by_itself(self) -> bool:
        """Whether the present screen is spoken without a request."""
        is_to_many = isinstance(self._model, UntouchedScreen)  # one language after the other, to whoever passes
        return self.is_on and (self._in_private or (self._is_greeting and not is_to_many))

    def touched(self, *_args: Any) -> None:
        """Interrupt the voice for a touch or a key, because a person who answers has heard enough."""
        if self.is_on and self._speaker is not None:
            self._speaker.hush()
        if isinstance(self._page, WelcomeScreen):
            self._is_greeting = True
        if self._forget.is_triggered:
            self._chosen()

    def _begin_anew(self, *_args: Any) -> None:
        """Return to the site's settings, for the next person or for one who plugs headphones in."""
        self._wanted = None
        was_on, self.is_on = self.is_on, self._is_usual
        self._present_volume()
        if was_on and not self.is_on and self._speaker is not None:
            self._speaker.rest()

    @property
    def _is_usual(self) -> bool:
        """Whether the voice is on without a request."""
        return self._settings.voice or self._in_private

    def _jack_changed(self, is_in: bool) -> None:
        """Note a change, on the jack's thread. Private speech stops at once when the headphones are pulled out."""
        self._in_private = is_in
        speaker = self._speaker
        if speaker is not None:
            speaker.hush()
        Clock.schedule_once(self._headphones_changed, 0)

    def _headphones_changed(self, _elapsed: float) -> None:
        self._begin_anew()
        self.repeat()

    # -- what it is done with ------------------------------------------------------------------------------------------

    def _is_spoken(self, language: str) -> bool:
        """Whether this language has a voice."""
        from kiosk.voice.languages import is_spoken

        return is_spoken(self._voice_dir, language)

    def _present_volume(self) -> int:
        """The person's volume, or that of the time of day, in percent."""
        settings = self._settings
        is_by_hour = settings.quiet_from is not None and not self._in_private
        usual = settings.volume_at(self._time_of_day()) if is_by_hour else settings.volume
        self.volume = usual if self._wanted is None else self._wanted
        return int(self.volume)

    def _narrator(self) -> Narrator:
        if self._speaker is None:
            from screens.sound.narrator import Narrator

            self._speaker = Narrator(self._narration, self._lost)
        return self._speaker

    def _narration(self) -> Narration:
        """Make the narration, on the narrator's thread, because loading it takes longer than a frame."""
        from screens.sound.narration import Narration

        return Narration(self._voice_dir, self._translation, lambda: self._in_private, self._is_easy, self._lost)


def _which(model: ScreenModel) -> tuple[type, int]:
    """The identity of what is read: the kind of screen and its serial."""
    return type(model), model.frame.serial
