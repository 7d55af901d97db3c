"""One table of a site's settings, read key by key."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from kiosk.data_files.reader import readable_line
from kiosk.domain.text_kinds import TEXT_OF_A_FILE, TextKind
from kiosk.domain.visible_text import is_visible


def _says_something(value: str) -> bool:
    """Whether `value` shows something, or has a character that is no part of a line, which is reported separately."""
    return is_visible(value) or bool(value.strip() and TEXT_OF_A_FILE.flaw_of(value))


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake. `key`: where, such as "devices.id_reader"; `line`: the text for people; `may_mean`: for an unknown
    key the keys that are missing, one of which it may be, misspelt.
    """

    key: str
    line: str
    may_mean: frozenset[str] = frozenset()


class SettingsTable:
    """Takes values from a table, and notes every mistake instead of stopping at the first."""

    def __init__(self, file_name: str, table: dict[str, Any], mistakes: list[Mistake], path: str = "") -> None:
        self._file_name = file_name
        self._table = table
        self._mistakes = mistakes
        self._path = path
        self._asked: set[str] = set()

    def wrong(self, key: str, what: str, may_mean: Collection[str] = ()) -> None:
        where = f"{self._path}{key}"
        meant = frozenset(f"{self._path}{each}" for each in may_mean)
        self._mistakes.append(Mistake(where, readable_line(f"{self._file_name}: {where}: {what}"), meant))

    def renamed(self, before: str, now: str) -> None:
        """Note a mistake if a key has its name of an earlier version."""
        if before in self._table:
            self._asked.add(before)
            self.wrong(before, f"is called {now} now")

    def has(self, key: str) -> bool:
        return key in self._table

    def text(self, key: str, wanted: str, default: str | None = None, *, kind: TextKind = TEXT_OF_A_FILE) -> str:
        """A visible text of `kind`. A missing key gives `default`; None: the key must not be missing."""
        self._asked.add(key)
        value = self._table.get(key, default)
        if value is None or (key in self._table and isinstance(value, str) and not _says_something(value)):
            self.wrong(key, f"is missing; {wanted} is wanted")
            return ""
        if not isinstance(value, str):
            self.wrong(key, f"is {value!r}; {wanted} is wanted")
            return ""
        if (flaw := kind.flaw_of(value)) is not None:
            self.wrong(key, f"{flaw}; {wanted} is wanted")
            return ""
        return value

    def whole(self, key: str, unit: str, low: int, high: int, default: int) -> int:
        """A whole number from `low` to `high`, both included."""
        self._asked.add(key)
        value = self._table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.wrong(key, f"is {value!r}; a whole number of {unit} from {low} to {high} is wanted")
            return default
        return value

    def truth(self, key: str, default: bool) -> bool:
        self._asked.add(key)
        value = self._table.get(key, default)
        if not isinstance(value, bool):
            self.wrong(key, f"is {value!r}; true or false is wanted")
            return default
        return value

    def texts(self, key: str, wanted: str, default: list[str]) -> tuple[str, ...]:
        """A list of at least one text, none twice."""
        self._asked.add(key)
        values = self._table.get(key, default)
        if (
            not isinstance(values, list)
            or not values
            or not all(isinstance(value, str) and _says_something(value) for value in values)
        ):
            self.wrong(key, f"is {values!r}; {wanted} is wanted")
            return tuple(default)
        if flaw := next((flaw for value in values if (flaw := TEXT_OF_A_FILE.flaw_of(value)) is not None), None):
            self.wrong(key, f"{flaw}; {wanted} is wanted")
            return tuple(default)
        if len(set(values)) != len(values):
            self.wrong(key, f"is {values!r}; something stands there twice")
        return tuple(values)

    def every_text(self, wanted: str) -> dict[str, str]:
        """Every key of this table with its text."""
        return {key: self.text(key, wanted) for key in self._table}

    def table(self, key: str) -> SettingsTable:
        self._asked.add(key)
        value = self._table.get(key, {})
        if not isinstance(value, dict):
            self.wrong(key, "must be a table")
            value = {}
        return SettingsTable(self._file_name, value, self._mistakes, f"{self._path}{key}.")

    def names(self) -> tuple[str, ...]:
        return tuple(self._table)

    def nothing_else(self) -> None:
        for key in self._table.keys() - self._asked:
            self.wrong(key, "is not known here", self._asked - self._table.keys())
