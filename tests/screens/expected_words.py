"""What a screen has to say, read from its model and not from the screen."""

from __future__ import annotations

from typing import Any

from assets import ASSETS
from kiosk.domain.personal import Personal
from kiosk.presentation.models.frame import Frame, Help
from kiosk.presentation.models.resident import Choice, ProgressLine, Term
from kiosk.presentation.models.screens import AnyScreenModel
from kiosk.presentation.models.technician import PartLine, TestOffer
from kiosk.texts.translation import Translation
from kiosk.texts.words import Citation, LocalText, Sentences, Text

_NOT_READ = ("languages", "qr", "key", "part", "test", "order_key")


def expected_words(model: AnyScreenModel, language: str) -> set[str]:
    """Everything that `model` asks to be read, each as it stands in one place of the screen."""
    translation = Translation.whatever_technicians_read(ASSETS / "locale", language)

    def said(value: object) -> list[str]:
        match value:
            case Text() | LocalText() | Sentences():
                return [translation.words(value)]
            case Citation():
                return [translation.cited(value)]
            case Personal():
                return [str(value.reveal())]
            case Term(valid_to=valid_to) if valid_to is not None:
                return [translation.date(valid_to)]
            case Choice() | ProgressLine() | Help() | PartLine() | TestOffer():
                return [words for each in _values(value) for words in said(each)]
            case tuple():
                return [words for each in value for words in said(each)]
            case str():
                return [value]
            case _:
                return []

    return {words for value in _values(model) if not isinstance(value, Frame) for words in said(value) if words}


def unsaid(model: AnyScreenModel, language: str, pages: list[dict[str, Any]]) -> list[str]:
    """What `model` asks to be read and stands on none of `pages`, as a window tells them."""
    shown = "\n".join(label["words"] for page in pages for label in page["labels"])
    return [words for words in expected_words(model, language) if words not in shown]


def _values(of: AnyScreenModel | Choice | ProgressLine | Help | PartLine | TestOffer) -> list[object]:
    """What stands in the fields that are read: no keys, no code for the phone."""
    return [getattr(of, name) for name in type(of).__dataclass_fields__ if name not in _NOT_READ]
