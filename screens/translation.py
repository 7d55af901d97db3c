"""Keys and values become words of one language."""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from kiosk.data_files.reader import DataFileError, read_toml
from kiosk.domain.text_kinds import TEXT_OF_A_FILE
from kiosk.policy.assessment import LocalText
from kiosk.screen_models import Citation, Sentences, Text, Words

SOURCE_LANGUAGE = "zh-Hans"
EMERGENCY_LANGUAGE = "en"
NOTHING = Text("")      # says nothing, in every language
_DAY = {"year": 2026, "month": 11, "day": 22, "month_name": ""}


class LocaleFileError(DataFileError):
    """A file of texts that cannot be used."""


@dataclass(frozen=True, slots=True)
class _Day:
    """A date in a text: `{day}` is written in the language's words, `{day:figures}` in figures."""

    day: date
    translation: Translation

    def __format__(self, spec: str) -> str:
        return self.translation.figures(self.day) if spec == "figures" else self.translation.date(self.day)


_EMERGENCY = {
    "simulation.banner": "Simulation",
    "out_of_service.title": "Out of service", "out_of_service.staff_code": "Code for staff",
    "out_of_service.starting": "The machine is starting. Please wait.",
    "out_of_service.permit_inside": "If your permit is still inside, it is safe. Please find a clerk.",
    "out_of_service.switching_off": "This machine is being switched off.",
    "fault.kiosk.public": "The machine has a problem inside.",
    "fault.permit_unit.public": "The part that takes permits in does not work now.",
    "fault.permit_unit_jam.public": "The permit is stuck inside. Please do not pull; a clerk will take it out.",
    "fault.cover_open.public": "The machine's cover is open.",
    "permit_inside.title": "Your permit is inside",
    "permit_inside.headline.holder_wanted": "The machine was interrupted. Is somebody waiting for a permit?",
    "permit_inside.headline.returning": "Giving your permit back",
    "permit_inside.headline.taking_back": "The permit was not taken; the machine keeps it safe",
    "permit_inside.headline.retaining": "The machine keeps the permit safe",
    "permit_inside.detail.touch_to_have_it": "Touch the button below to have it back.",
    "permit_inside.detail.touch_before_the_end": "Touch the button below now to have it back.",
    "permit_inside.detail.hands_off": "Please wait until it stops moving.",
    "permit_inside.detail.switching_off": "Your permit comes out now; please take it.",
    "permit_inside.detail.safe": "The permit is safe. Please stay.",
    "way_out.return_permit": "Return my permit",
    "take_permit.title": "Take your permit",
    "take_permit.headline.fault": "Please take your permit",
    "take_permit.headline.unchanged": "Your permit is unchanged",
    "take_permit.headline.unknown": "We are not sure whether your permit was updated",
    "take_permit.headline.chip_only": "Endorsed. The printed text is still the old one",
    "take_permit.headline.renewed": "Your permit is endorsed",
    "take_permit.detail.explained_next": "The screen explains why after that.",
    "take_permit.detail.take_now": "Please take it now, or the machine will draw it in and keep it safe.",
    "take_permit.detail.switching_off": "Please take it now, or the machine will keep it safe.",
    "take_permit.detail.face_pending": "The chip counts. Any kiosk can renew the printed text.",
    "take_permit.detail.face_elsewhere": "The chip counts. The printed text is renewed here: {place}.",
    "thank_you.line.face_pending": "The printed text is still the old one; any kiosk can renew it.",
    "thank_you.line.face_elsewhere": "The printed text is still the old one; it is renewed here: {place}.",
    "take_permit.detail.unknown": "Please take it and keep it. A clerk will check it for you.",
    "five_parts.fault": "The machine has a problem", "five_parts.happened": "What happened",
    "five_parts.permit_is": "Where your permit is", "five_parts.valid_now": "What is valid now",
    "five_parts.do_next": "What to do next", "five_parts.number": "Number to quote",
    "permit_is.with_you": "You have it.", "permit_is.retained": "The machine keeps it; it will not be lost.",
    "valid_now.unchanged": "Nothing changed; all is as before.",
    "valid_now.unknown": "Not known for certain; a clerk will check it for you.",
    "next.staff": "Please find a clerk here.", "next.try_again": "Try again later, or at another machine.",
    "next.quote_number": "Note the number and quote it when you ask.",
    "button.understood": "I understand", "button.finish": "Finish",
}


class _Emergency(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Translation:
    """One language's texts. `texts` by key; `month_names` is empty where months are numbers."""

    language: str
    texts: dict[str, str]
    month_names: tuple[str, ...] = ()

    @classmethod
    def load(cls, locale_dir: Path, language: str) -> Translation:
        """The texts of `language`; those of zh-Hans where `locale_dir` has no such file. Raises LocaleFileError with
        every mistake.
        """
        path = locale_dir / f"{language}.toml"
        if not path.is_file():
            language, path = SOURCE_LANGUAGE, locale_dir / f"{SOURCE_LANGUAGE}.toml"
        try:
            written = path.stat()
        except OSError:     # gone since, or not to be had: reading it says so
            return _read(path, language)
        return _kept(path, language, written.st_mtime_ns, written.st_size)

    @classmethod
    def emergency(cls) -> Translation:
        """A few English words for the pages that say that texts or fonts are missing, and by which a permit is given
        back meanwhile; nothing for any other key.
        """
        return cls(EMERGENCY_LANGUAGE, _Emergency(_EMERGENCY))

    @classmethod
    def whatever_there_is(cls, locale_dir: Path, language: str) -> Translation:
        """The texts of `language`, and where they cannot be used those of `emergency`, so that a page can be shown."""
        try:
            return cls.load(locale_dir, language)
        except LocaleFileError:
            return cls.emergency()

    def text(self, key: str, **args: str | int | date | LocalText) -> str:
        """The text of `key`, its placeholders filled. A KeyError names a key or placeholder that is missing."""
        if not key:
            return ""
        return self.texts[key].format(**{name: self._value(value) for name, value in args.items()})

    def words(self, words: Words) -> str:
        """A text by its key, or a region's own text."""
        if isinstance(words, LocalText):
            return words.in_language(self.language)
        if isinstance(words, Sentences):
            return ("" if self.language.startswith("zh") else " ").join(self.words(part) for part in words.parts)
        return self.text(words.key, **dict(words.args))

    def cited(self, rule: Citation) -> str:
        """A rule with what it rests on, in one paragraph."""
        opening, closing = ("（", "）") if self.language.startswith("zh") else (" (", ")")
        return f"{self.words(rule.text)}{opening}{rule.source}{closing}"

    def date(self, day: date | None) -> str:
        """A date in words: 2027年3月9日, 9 March 2027."""
        return self._day("format.date", day)

    def figures(self, day: date | None) -> str:
        """A date in figures: 2027-03-09."""
        return self._day("format.figures", day)

    def _day(self, key: str, day: date | None) -> str:
        if day is None:
            return self.texts["format.no_date"]
        month_name = self.month_names[day.month - 1] if self.month_names else ""
        return self.texts[key].format(year=day.year, month=day.month, day=day.day, month_name=month_name)

    def _value(self, value: str | int | date | LocalText) -> Any:
        if isinstance(value, date):
            return _Day(value, self)
        return value.in_language(self.language) if isinstance(value, LocalText) else value


def _mistakes(texts: dict[str, object], month_names: object) -> Iterator[str]:
    if not isinstance(month_names, list) or len(month_names) not in (0, 12) or not all(
            isinstance(name, str) for name in month_names):
        yield "format.month_names: must be twelve texts"
    for key, text in texts.items():
        if not isinstance(text, str):
            yield f"{key!a}: must be a text"
        elif (flaw := TEXT_OF_A_FILE.flaw_of(text)) is not None:
            yield f"{key!a}: {flaw}"
        elif not _is_template(text):
            yield f"{key!a}: has unbalanced braces"
    for key in ("format.date", "format.figures", "format.no_date"):
        try:
            str(texts[key]).format(**_DAY)
        except (KeyError, IndexError, ValueError, AttributeError, TypeError):
            yield f"{key}: is missing, or says more of a day than year, month, day, month_name"


def _is_template(text: str) -> bool:
    try:
        list(string.Formatter().parse(text))
    except ValueError:
        return False
    return True


def _read(path: Path, language: str) -> Translation:
    table = read_toml(path, LocaleFileError)
    dates = table.get("format")
    month_names = dates.pop("month_names", []) if isinstance(dates, dict) else []
    texts = dict(_flat(table))
    mistakes = [f"{path.name}: {mistake}" for mistake in _mistakes(texts, month_names)]
    if mistakes:
        raise LocaleFileError(mistakes)
    return Translation(language, texts, tuple(month_names))


@lru_cache(maxsize=16)
def _kept(path: Path, language: str, _written_ns: int, _size: int) -> Translation:
    """Read once as long as the file stays the same: opening, screens and slips all want it."""
    return _read(path, language)


def _flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
