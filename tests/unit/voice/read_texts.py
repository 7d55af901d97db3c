"""What a model holds to be read, as the clips that say it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from kiosk.presentation.models.frame import Frame
from kiosk.presentation.models.resident import ScreenModel
from kiosk.texts.translation import Translation
from kiosk.texts.words import Citation, LocalText, NamedList, Sentences, Text
from kiosk.voice.clips import Clip, is_sayable, parts_of

NOT_SAID = ("categories", "stages")
"""Which kind of permit it was and becomes is to be read; of the stages only the present one is said."""

NOT_SAYABLE = "hours."
"""Opening hours are figures that no grammar says; they stay on the screen."""


def texts_of(value: object, translation: Translation) -> set[str]:
    """What the clips say that `value`, a model or a part of one, needs. Rules with their sources are to be read."""
    match value:
        case Text(key) if key.startswith(NOT_SAYABLE):
            return set()
        case Text(key):
            parts = parts_of(key, translation.texts[key]) if key else ()
            return {part.text for part in parts if isinstance(part, Clip)}
        case LocalText():
            return {said} if is_sayable(said := value.in_language(translation.language)) else set()
        case Frame() | Citation():
            return set()
        case tuple() | Sentences() | NamedList():
            each = value if isinstance(value, tuple) else tuple(getattr(value, part.name) for part in fields(value))
            return {said for one in each for said in texts_of(one, translation)}
        case _ if is_dataclass(value):
            names = [part.name for part in fields(value) if part.name not in NOT_SAID]
            return {said for name in names for said in texts_of(getattr(value, name), translation)}
        case _:
            return set()


def unsaid_of(model: ScreenModel, heard: set[str], translation: Translation) -> set[str]:
    """What is to be read on a screen, and is not heard."""
    return texts_of(model, translation) - heard
