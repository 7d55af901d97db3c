"""A reader for TOML tables that notes every mistake with file, line and key, and goes on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar

from kiosk.domain.text_kinds import TEXT_OF_A_FILE
from kiosk.policy.rules import LANGUAGES
from kiosk.policy.terms import Span, is_plausible
from kiosk.texts.words import LocalText, is_language_tag

NO_SPAN = Span(days=-99999)  # stands for a span that was noted as a mistake
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")

E = TypeVar("E", bound=Enum)


def _parts(dotted: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in dotted.split("."))


def line_numbers(text: str) -> dict[str, int]:
    """The line of each key, by its path ("overdue[1].last"). Keys of inline tables are not listed."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix = ""
    quoted = False
    for number, line in enumerate(text.splitlines(), start=1):
        was_quoted, quoted = quoted, quoted ^ (line.count('"""') % 2 == 1)
        if was_quoted:
            continue
        if header := _HEADER.match(line):
            prefix = _numbered(_parts(header[2]), counts, header[1] == "[[")
            lines.setdefault(prefix, number)
        elif key := _KEY.match(line):
            path = _parts(key[1])
            lines.setdefault(f"{prefix}.{path}" if prefix else path, number)
    return lines


def _numbered(path: str, counts: dict[str, int], is_array: bool) -> str:
    """The path of a header, with the number of each array of tables that it lies in."""
    if is_array:
        counts[path] = counts.get(path, -1) + 1
        for inner in [name for name in counts if name.startswith(path + ".")]:
            del counts[inner]
    numbered, plain = "", ""
    for part in path.split("."):
        plain = f"{plain}.{part}" if plain else part
        numbered = f"{numbered}.{part}" if numbered else part
        if plain in counts:
            numbered += f"[{counts[plain]}]"
    return numbered


class Mistakes:
    """The mistakes of one file, in the order found."""

    def __init__(self, file_name: str, lines: Mapping[str, int] | None = None) -> None:
        self._file_name = file_name
        self._lines = lines or {}
        self._noted: list[tuple[int, str]] = []

    def note(self, path: str, reason: str) -> None:
        """Note one mistake at the key with this path."""
        line = self._line_of(path)
        where = f"{self._file_name}:{line}" if line else self._file_name
        self._noted.append((line or 0, f"{where}: {path}: {reason}"))

    def in_file_order(self) -> list[str]:
        """The mistakes by line, those without a line first; none twice."""
        return list(dict.fromkeys(reason for _, reason in sorted(self._noted, key=lambda noted: noted[0])))

    def _line_of(self, path: str) -> int | None:
        """The line of the key itself, of the first key inside it, or of its parent."""
        while path:
            within = (f"{path}.", f"{path}[")
            line = self._lines.get(path) or min(
                (line for key, line in self._lines.items() if key.startswith(within)), default=None
            )
            if line is not None:
                return line
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return None


class TableReader:
    """One table, read key by key. A missing or wrong value is noted and replaced by a harmless one.

    `texts` collects every text of the file by its path. `close` notes the keys that were not read.
    """

    def __init__(self, values: Mapping[str, Any], path: str, mistakes: Mistakes, texts: dict[str, LocalText]) -> None:
        self._values = values
        self.path = path
        self.mistakes = mistakes
        self.texts = texts
        self._asked: set[str] = set()
        self._inner: list[TableReader] = []

    def at(self, key: str) -> str:
        """The path of a key of this table."""
        return f"{self.path}.{key}" if self.path else key

    def note(self, key: str, reason: str) -> None:
        """Note a mistake at a key of this table."""
        self.mistakes.note(self.at(key), reason)

    def has(self, key: str) -> bool:
        """Whether the file gives the key."""
        return key in self._values

    def _take(self, key: str, expected: str) -> Any:
        self._asked.add(key)
        if key not in self._values:
            self.note(key, f"is missing ({expected})")
        return self._values.get(key)

    def string(self, key: str) -> str:
        """A text that is not empty."""
        value = self._take(key, "a text")
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.note(key, f"must be a text, not {value!r}")
            return ""
        if (flaw := TEXT_OF_A_FILE.flaw_of(value)) is not None:
            self.note(key, flaw)
            return ""
        return value

    def optional_string(self, key: str) -> str | None:
        """As `string`, or None where the key is absent."""
        return self.string(key) if self.has(key) else None

    def one_of(self, key: str, kind: type[E], default: E | None = None) -> E:
        """A member of an enumeration, by its value."""
        known = [str(member.value) for member in kind]
        first = next(iter(kind))
        if default is not None and not self.has(key):
            return default
        value = self._take(key, f"one of {', '.join(known)}")
        if value is None:
            return first
        if not isinstance(value, str) or value not in known:
            self.note(key, f"must be one of {', '.join(known)}, not {value!r}")
            return first
        return kind(value)

    def optional_one_of(self, key: str, kind: type[E]) -> E | None:
        """As `one_of`, or None where the key is absent."""
        return self.one_of(key, kind) if self.has(key) else None

    def truth(self, key: str, default: bool | None = None) -> bool:
        """true or false."""
        if default is not None and not self.has(key):
            return default
        value = self._take(key, "true or false")
        if value is not None and not isinstance(value, bool):
            self.note(key, f"must be true or false, not {value!r}")
        return value is True

    def optional_truth(self, key: str) -> bool | None:
        """As `truth`, or None where the key is absent."""
        return self.truth(key) if self.has(key) else None

    def whole(self, key: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        value = self._take(key, f"a whole number from {low} to {high}")
        if value is None:
            return low
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.note(key, f"must be a whole number from {low} to {high}, not {value!r}")
            return low
        return value

    def optional_whole(self, key: str, low: int, high: int) -> int | None:
        """As `whole`, or None where the key is absent."""
        return self.whole(key, low, high) if self.has(key) else None

    def optional_day(self, key: str) -> date | None:
        """A date (2026-02-28, without quotes), or None where the key is absent."""
        if not self.has(key):
            return None
        value = self._take(key, "a date")
        return self._as_day(key, value)

    def days(self, key: str) -> tuple[date, ...]:
        """A list of dates; an inner pair [first, last] stands for all days between, both inside."""
        found: list[date] = []
        for entry in self._list(key, "a list of dates"):
            pair = entry if isinstance(entry, list) else [entry, entry]
            ends = [self._as_day(key, each) for each in pair]
            if len(ends) != 2 or ends[0] is None or ends[1] is None or ends[0] > ends[1]:
                if len(ends) != 2 or None not in ends:
                    self.note(key, f"must be a date or a pair [first, last], not {entry!r}")
                continue
            found.extend(date.fromordinal(n) for n in range(ends[0].toordinal(), ends[1].toordinal() + 1))
        return tuple(found)

    def _as_day(self, key: str, value: object) -> date | None:
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value)
            except ValueError:
                self.note(key, f"no such date: {value!r}")
                return None
        if isinstance(value, datetime) or not isinstance(value, date) or not is_plausible(value):
            self.note(key, f"must be a date such as 2026-02-28, not {value!r}")
            return None
        return value

    def strings(self, key: str, allowed: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of texts, each of `allowed`; a missing key is an empty list."""
        if not self.has(key):
            return ()
        found = []
        for value in self._list(key, "a list of texts"):
            if not isinstance(value, str) or not value:
                self.note(key, f"must be a list of texts, not {value!r}")
            elif (flaw := TEXT_OF_A_FILE.flaw_of(value)) is not None:
                self.note(key, flaw)
            elif allowed is not None and value not in allowed:
                self.note(key, f"unknown {value!r}; known: {', '.join(sorted(allowed)) or 'none'}")
            else:
                found.append(value)
        if len(set(found)) != len(found):
            self.note(key, "names something twice")
        return tuple(found)

    def wholes(self, key: str, low: int, high: int) -> tuple[int, ...]:
        """A list of whole numbers; a missing key is an empty list."""
        if not self.has(key):
            return ()
        found = []
        for value in self._list(key, "a list of whole numbers"):
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                self.note(key, f"must be whole numbers from {low} to {high}, not {value!r}")
            else:
                found.append(value)
        return tuple(found)

    def string_or_strings(self, key: str) -> tuple[str, ...]:
        """One text or a list of at least one."""
        if isinstance(self._values.get(key), list):
            found = self.strings(key)
            if not found:
                self.note(key, "must not be empty")
            return found
        return (self.string(key),)

    def truth_or_strings(self, key: str) -> tuple[str, ...]:
        """A list of texts; true stands for ("*",), false and a missing key for ()."""
        value = self._values.get(key)
        if value is None or isinstance(value, bool):
            self._asked.add(key)
            return ("*",) if value else ()
        return self.strings(key)

    def _list(self, key: str, expected: str) -> list[Any]:
        value = self._take(key, expected)
        if value is not None and not isinstance(value, list):
            self.note(key, f"must be {expected}, not {value!r}")
            return []
        return value or []

    def span(self, key: str, low: int = 1) -> Span:
        """{ days = N } or { months = N }; `NO_SPAN` where it is wrong."""
        expected = "{ days = … } or { months = … }"
        value = self._take(key, expected)
        if value is None:
            return NO_SPAN
        if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in ("days", "months"):
            self.note(key, f"must be {expected}, not {value!r}")
            return NO_SPAN
        unit, count = next(iter(value.items()))
        high = 36525 if unit == "days" else 1200
        if isinstance(count, bool) or not isinstance(count, int) or not low <= count <= high:
            self.note(f"{key}.{unit}", f"must be a whole number from {low} to {high}, not {count!r}")
            return NO_SPAN
        return Span(days=count) if unit == "days" else Span(months=count)

    def local_text(self, key: str) -> LocalText:
        """A table of one text per language: zh-Hans and en, and any others."""
        languages = self.table(key)
        pairs = [(tag, languages.string(tag)) for tag in LANGUAGES]
        pairs += [
            (tag, languages.string(tag)) for tag in languages.given() if tag not in LANGUAGES and is_language_tag(tag)
        ]
        text = LocalText(tuple(pairs))
        self.texts[self.at(key)] = text
        return text

    def optional_local_text(self, key: str) -> LocalText | None:
        """As `local_text`, or None where the key is absent."""
        return self.local_text(key) if self.has(key) else None

    def table(self, key: str) -> TableReader:
        """A table; where it is missing, an empty one, so that each key that it must have is noted."""
        self._asked.add(key)
        value = self._values.get(key, {})
        return self._open(value, key)

    def optional_table(self, key: str) -> TableReader | None:
        """As `table`, or None where the key is absent."""
        return self.table(key) if self.has(key) else None

    def tables(self, key: str) -> Iterator[TableReader]:
        """The tables of an array; a single table counts as an array of one, a missing key as none."""
        self._asked.add(key)
        value = self._values.get(key, [])
        if isinstance(value, dict):
            yield self._open(value, key)
            return
        if not isinstance(value, list):
            self.note(key, f"must be an array of tables, not {value!r}")
            return
        for number, each in enumerate(value):
            yield self._open(each, f"{key}[{number}]")

    def named_tables(self, key: str) -> Iterator[tuple[str, TableReader]]:
        """The tables below a key, by name; a missing key has none."""
        if not self.has(key):
            return
        outer = self.table(key)
        for name in outer.given():
            yield name, outer.table(name)

    def names_below(self, key: str) -> tuple[str, ...]:
        """The names of the tables below a key, without reading them."""
        value = self._values.get(key)
        return tuple(value) if isinstance(value, dict) else ()

    def given(self) -> tuple[str, ...]:
        """The keys that the file gives, in its order."""
        return tuple(self._values)

    def _open(self, value: object, key: str) -> TableReader:
        if not isinstance(value, dict):
            self.note(key, f"must be a table, not {value!r}")
            value = {}
        inner = TableReader(value, self.at(key), self.mistakes, self.texts)
        self._inner.append(inner)
        return inner

    def forgive(self) -> None:
        """Note no further mistakes, because the table as a whole was noted already."""
        self._asked.update(self._values)

    def close(self) -> None:
        """Note every key that was not read, here and in the tables inside."""
        for key in self._values:
            if key not in self._asked:
                self.note(key, "is not a key of this table")
        for inner in self._inner:
            inner.close()
