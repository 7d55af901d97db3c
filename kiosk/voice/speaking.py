"""`spoken(model, translation, grammar)`: what is said of a screen, and what of other lines. Pure; it knows no sound.

Who may hear it: what is said aloud in a hall everybody hears, so a loudspeaker says nothing of the person. Headphones
may say the dates of the permit, the days that follow from them, and numbers to quote. A name, an address, an identity
number or a permit number is said to nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from kiosk.presentation.models.resident import ScreenModel
from kiosk.texts.translation import Translation
from kiosk.texts.words import LocalText, NamedList, Sentences, Text, Words
from kiosk.voice.clips import Clip, Gap, Utterance, parts_of
from kiosk.voice.grammar import MORE_PAGES, QUOTED, SEE_SCREEN, TELEPHONE, Grammar
from kiosk.voice.lines import LINES, Dated, Line, Private, Quoted, step_of, still_there

PUBLIC_NUMBERS = ("choice.", "countdown.", "fact.", "out_of_hours.", "step.", "take_permit.", "welcome.", "writing.")
"""Texts whose numbers are the machine's or the office's. Any other number is counted from the permit's dates."""

PRIVATE_NAMES = frozenset({"region"})
"""Places that are the person's, not the office's: where a permit is from."""

_TELEPHONE = "phone"
_STEP = "step"

_Value = str | int | date | LocalText


def spoken(model: ScreenModel, translation: Translation, grammar: Grammar) -> tuple[Utterance, ...]:
    """What is said of `model`, in order, but for the step of the visit. Texts that cannot be said, such as the address
    of a website, are left to the screen.
    """
    return _said_of(LINES[type(model)](model), translation, grammar)


def spoken_step(model: ScreenModel, translation: Translation, grammar: Grammar) -> tuple[Utterance, ...]:
    """How far the visit has come; said before the screen, where it is another step than was said last."""
    return _said_of(step_of(model.frame), translation, grammar)


def spoken_warning(seconds: int, translation: Translation, grammar: Grammar) -> tuple[Utterance, ...]:
    """The question whether somebody is still there, `seconds` before the screen ends by itself."""
    return _said_of(still_there(seconds), translation, grammar)


def _said_of(lines: Iterable[Line], translation: Translation, grammar: Grammar) -> tuple[Utterance, ...]:
    speaker = _Speaker(translation, grammar)
    return tuple(each for line in lines for each in speaker.line(line))


def audible(
    utterances: tuple[Utterance, ...], grammar: Grammar, has_sound: Callable[[Clip], bool], *, in_private: bool
) -> tuple[Utterance, ...]:
    """What can and may be heard: what there are sounds for, and in the hall only what is nobody's. What is left out is
    to be read, and that is said.
    """
    allowed = [each for each in utterances if in_private or not each.is_private]
    heard = [each for each in allowed if all(map(has_sound, (clip for clip in each.clips if clip.is_needed)))]
    rest = Utterance((grammar.phrase(SEE_SCREEN),))
    return tuple(heard) if len(heard) == len(utterances) or rest in heard else (*heard, rest)


def more_pages(grammar: Grammar) -> Utterance:
    """That the text goes on behind a button, without which no answer can be touched."""
    return Utterance((grammar.phrase(MORE_PAGES),))


class _Speaker:
    def __init__(self, translation: Translation, grammar: Grammar) -> None:
        self._translation = translation
        self._grammar = grammar

    def line(self, line: Line) -> Iterator[Utterance]:
        match line:
            case Private(words):
                yield from (Utterance(each.clips, is_private=True) for each in self._words(words))
            case Quoted(label, number):
                yield from self._labelled(label, self._grammar.spelled(number, QUOTED))
            case Dated(label, day):
                yield from self._labelled(label, None if day is None else self._grammar.date(day))
            case _:
                yield from self._words(line)

    def _labelled(self, label: Text, value: tuple[Clip, ...] | None) -> Iterator[Utterance]:
        if value is not None:
            yield from (Utterance((*each.clips, *value), is_private=True) for each in self._words(label))

    def _words(self, words: Words) -> Iterator[Utterance]:
        match words:
            case LocalText():
                yield from _said((Clip("", words.in_language(self._translation.language)),))
            case Sentences(parts):
                for part in parts:
                    yield from self._words(part)
            case NamedList(name, members):
                yield from self._words(name)
                for member in members:
                    yield from self._words(member)
            case Text(key, args):
                yield from self._text(key, dict(args))

    def _text(self, key: str, args: dict[str, _Value]) -> Iterator[Utterance]:
        clips: list[Clip] = []
        is_private = False
        for part in parts_of(key, self._translation.texts[key]) if key else ():
            if isinstance(part, Clip):
                clips.append(part)
                continue
            value = args[part.name]
            said = self._value(part, value)
            if said is None:
                return
            clips += said
            is_private = is_private or _is_private(key, part, value)
        yield from _said(tuple(clips), is_private=is_private)

    def _value(self, gap: Gap, value: _Value) -> tuple[Clip, ...] | None:
        match value:
            case date():
                return self._grammar.date(value)
            case int():
                return self._grammar.ordinal(value) if gap.name == _STEP else self._grammar.number(value)
            case LocalText():
                # A name at the end may be left to the screen: "Go to the counter" is worth hearing without it.
                return (Clip("", value.in_language(self._translation.language), is_needed=not gap.is_last),)
            case str() if gap.name == _TELEPHONE:
                return self._grammar.spelled(value, TELEPHONE)
            case _:
                return None


def _is_private(key: str, gap: Gap, value: _Value) -> bool:
    match value:
        case date():
            return True
        case int():
            return not key.startswith(PUBLIC_NUMBERS)
        case _:
            return gap.name in PRIVATE_NAMES


def _said(clips: tuple[Clip, ...], *, is_private: bool = False) -> Iterator[Utterance]:
    if clips:
        yield Utterance(clips, is_private)
