"""Reads the arguments that the commands about regions share. A wrong argument gives one clear line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path

from kiosk.policy.region import CountedFrom, Region
from kiosk.policy.region_file import REGIONS_DIR, shipped_regions
from kiosk.policy.terms import FIRST_YEAR, LAST_YEAR, is_plausible

BAD_USE = 2
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_AGE = re.compile(r"\d{1,3}", re.ASCII)
_USUAL_CATEGORY = "standard"
MOST_AGE = 150


class BadUseError(Exception):
    """An argument is wrong; the text is one line."""


def one_of(flag: str, given: str, known: Collection[str]) -> str:
    """`given`, if it is one of `known`; raises `BadUseError` otherwise."""
    if given not in known:
        raise BadUseError(f"{flag}: unknown {given!r}; known: {', '.join(known) or 'none'}")
    return given


def if_given(flag: str, given: str | None, known: Collection[str]) -> str | None:
    """As `one_of`, or None where the flag was not given."""
    return None if given is None else one_of(flag, given, known)


def each_of(flag: str, given: Iterable[str], known: Collection[str]) -> Iterator[str]:
    """The keys of a flag that may be repeated and takes several keys, separated by commas."""
    for key in (part.strip() for keys in given for part in keys.split(",")):
        yield one_of(flag, key, known)


def yes_or_no(flag: str, given: str | None) -> bool | None:
    """Whether the flag says yes; None where it was not given."""
    return None if given is None else one_of(flag, given, ("yes", "no")) == "yes"


def day(flag: str, text: str | None) -> date | None:
    """A date written 2026-02-28 that a permit can carry, or None where the flag was not given."""
    if text is None:
        return None
    try:
        if _DAY.fullmatch(text) is None:
            raise ValueError(text)
        found = date.fromisoformat(text)
    except ValueError:
        raise BadUseError(f"{flag}: no such date: {text[:40]!r} (write 2026-02-28)") from None
    if not is_plausible(found):
        raise BadUseError(f"{flag}: a date from {FIRST_YEAR}-01-01 to {LAST_YEAR}-12-31 is wanted, not {text}")
    return found


def age(text: str | None) -> int | None:
    """Completed years, or None where the flag was not given."""
    if text is None:
        return None
    if _AGE.fullmatch(text) is None or int(text) > MOST_AGE:
        raise BadUseError(f"--age: must be a number of years from 0 to {MOST_AGE}, not {text[:40]!r}")
    return int(text)


def language(given: str, region: Region) -> str:
    """`given`, if the region's file has texts in that language."""
    return one_of("--language", given, tuple(dict(region.name.by_language)))


def shipped(flag: str, name: str) -> Path:
    """The file of a shipped region."""
    return REGIONS_DIR / f"{one_of(flag, name, shipped_regions())}.toml"


def category(region: Region, given: str | None) -> str:
    """The permit's category. It need not be given where the region has only one, or a usual one."""
    if given is not None:
        return one_of("--category", given, region.categories)
    if len(region.categories) == 1:
        return next(iter(region.categories))
    if _USUAL_CATEGORY in region.categories:
        return _USUAL_CATEGORY
    raise BadUseError(f"--category is missing; known: {', '.join(region.categories)}")


def demand_dates(region: Region, valid_from: date | None, valid_to: date | None, issued: date | None) -> None:
    """Demand the dates that this region needs to count anniversaries."""
    term = region.term
    if term.permit_carries_end and valid_to is None:
        raise BadUseError("--valid-to is missing")
    if valid_from is None and (term.permit_carries_end or term.counted_from is CountedFrom.START):
        raise BadUseError("--valid-from is missing")
    if issued is None and term.counted_from is CountedFrom.ISSUE:
        raise BadUseError("--issued is missing: this region counts from the date of issue")
