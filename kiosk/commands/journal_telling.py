"""python -m kiosk journal story | statistics: what the journal tells people."""

from __future__ import annotations

import argparse
import re
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from drivers.command_numbers import day, whole
from drivers.standard_streams import json_text
from kiosk.config.settings import Config
from kiosk.domain.clock import SHANGHAI
from kiosk.domain.technician import LANGUAGES
from kiosk.journal.past_steps import kept_since, past_steps
from kiosk.journal.statistics import Month, Statistics, statistics
from kiosk.journal.story_words import heading_of, lines_of, purpose_and_outcome, trouble
from kiosk.journal.visit_story import VisitStory, stories, story_json
from kiosk.texts.translation import Translation

FOUND, NOT_FOUND = 0, 1
SHOWN = 10
_MOST = 100_000
_RECEIPT = re.compile(r"[0-9a-f]{4}-?[0-9a-f]{4}")
_WHOLE_NUMBER = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_FAULT = re.compile(r"[1-9][0-9]{3}")
_MOMENTS = {"%Y-%m-%d %H:%M": timedelta(minutes=1), "%Y-%m-%d %H:%M:%S": timedelta(seconds=1)}

CarryOut = Callable[[Config, Path, argparse.Namespace], int]

_STORY_EXAMPLES = f"""\
A story holds no personal data: the journal has none. Times are those of Shanghai. Without any choice the last {SHOWN}
visits are told. Exit status: 0 told, 1 no visit fits, 2 there is no journal.

examples:
  python -m kiosk journal story 4521-5E5C               the visit with this number on its receipt or slip
  python -m kiosk journal story "2026-11-30 14:03"      the visit that was under way then
  python -m kiosk journal story --day 2026-11-30 --fault 2301
  python -m kiosk journal story --last 3 --language zh-Hans
  python -m kiosk journal story --copy backup.db --json out of a file that `journal backup` wrote
"""

_STATISTICS_EXAMPLES = """\
A visit counts in the month in which it began. What was purged cannot be counted (`keep_days`, 180 unless the
configuration says otherwise): then the first line says since when steps are kept. Reports of a fault count each time,
with the state of the machine in which they came.

examples:
  python -m kiosk journal statistics --month 2026-11
  python -m kiosk journal statistics --month 2026-11 --json
"""


class AddVerb(Protocol):
    """Adds a verb to `journal`."""

    def __call__(self, name: str, carry_out: CarryOut, *, summary: str, examples: str) -> argparse.ArgumentParser: ...


def add_verbs(add: AddVerb) -> None:
    """Add `story` and `statistics`."""
    story = add("story", _story, summary="tell what happened in visits", examples=_STORY_EXAMPLES)
    story.add_argument(
        "which",
        nargs="?",
        type=_which,
        metavar="WHICH",
        help='a receipt number (4521-5E5C), the number of a visit or an endorsement, or a moment ("2026-11-30 14:03")',
    )
    story.add_argument("--day", type=day, metavar="DATE", help="only visits that began on this day (2026-11-30)")
    story.add_argument("--fault", type=_fault, metavar="CODE", help="only visits that met this fault (four digits)")
    story.add_argument("--last", type=whole("visits", 1, _MOST), metavar="N", help="only the last N of them")
    story.add_argument("--language", choices=LANGUAGES, default="en", help="of the words (default en)")
    counted = add("statistics", _statistics, summary="count a month's visits and faults", examples=_STATISTICS_EXAMPLES)
    counted.add_argument("--month", type=_month, required=True, metavar="YYYY-MM", help="which month, such as 2026-11")
    for verb in (story, counted):
        verb.add_argument("--json", action="store_true", help="for programs")
        verb.add_argument(
            "--copy", dest="looked_at", type=Path, metavar="FILE", help="a backup, instead of the kiosk's journal"
        )


@dataclass(frozen=True, slots=True)
class _Number:
    """The beginning of a random number, in lower-case hex."""

    digits: str

    def fits(self, story: VisitStory) -> bool:
        return story.has_number(self.digits)


@dataclass(frozen=True, slots=True)
class _Moment:
    begins: datetime
    ends: datetime

    def fits(self, story: VisitStory) -> bool:
        return story.began_at < self.ends and story.steps[-1].at >= self.begins


def _story(config: Config, path: Path, args: argparse.Namespace) -> int:
    translation = Translation.load(config.assets_dir / "locale", args.language).with_technicians_texts(
        config.assets_dir / "locale"
    )
    looked_at, is_alone = _journal(path, args)
    fitting = (each for each in stories(past_steps(looked_at, is_alone=is_alone)) if _fits(each, args))
    chooses = args.which is not None or args.day is not None or args.fault is not None
    found = list(deque(fitting, maxlen=args.last or (_MOST if chooses else SHOWN)))
    if not found:
        since = kept_since(looked_at, is_alone=is_alone)
        kept = ": the journal is empty" if since is None else f"; the journal is kept since {since:%Y-%m-%d %H:%M}"
        print(f"no visit fits{kept}", file=sys.stderr)
        return NOT_FOUND
    if args.json:
        print(json_text([story_json(story) for story in found], indent=2))
    else:
        print("\n\n".join("\n".join(_page(story, translation)) for story in found))
    return FOUND


def _fits(story: VisitStory, args: argparse.Namespace) -> bool:
    return (
        (args.which is None or args.which.fits(story))
        and (args.day is None or story.began_at.date() == args.day)
        and (args.fault is None or args.fault in story.faults)
    )


def _page(story: VisitStory, translation: Translation) -> Iterator[str]:
    numbers = ", ".join(_as_on_receipt(number) for number in story.numbers)
    yield f"{story.began_at:%Y-%m-%d}  {heading_of(story, translation)}  ({numbers})"
    for line in lines_of(story, translation):
        yield f"  {line}"


def _as_on_receipt(number: str) -> str:
    return f"{number[:4]}-{number[4:8]}".upper()


def _statistics(config: Config, path: Path, args: argparse.Namespace) -> int:
    looked_at, is_alone = _journal(path, args)
    found = statistics(past_steps(looked_at, is_alone=is_alone), args.month)
    if args.json:
        print(json_text(found.as_json(), indent=2))
    else:
        locale = config.assets_dir / "locale"
        print("\n".join(statistics_page(found, Translation.load(locale, "en").with_technicians_texts(locale))))
    return FOUND


def statistics_page(found: Statistics, translation: Translation) -> Iterator[str]:
    """A month for a person, line by line."""
    if found.kept_since is None:
        yield f"{found.month}: the journal is empty"
        return
    if found.is_whole:
        yield f"{found.month}; nothing of it was purged"
    else:
        yield f"{found.month}, as far as it is kept: the journal's oldest step is of {found.kept_since:%Y-%m-%d %H:%M}"
    yield f"visits: {sum(found.visits.values())}"
    for (purpose, outcome), count in sorted(found.visits.items()):
        yield f"  {count:>6}  {purpose_and_outcome(purpose, outcome, translation)}"
    yield from _counted("refusals", found.refusals.items())
    yield f"permits put into the bin: {found.retained}"
    yield from _counted("reports of a fault, by device", found.devices.items())
    by_state = ((f"{state}: {trouble(code, translation)}", count) for (state, code), count in found.failures.items())
    yield from _counted("reports of a fault, by the machine's state", by_state)


def _counted(heading: str, counts: Iterable[tuple[str, int]]) -> Iterator[str]:
    ordered = sorted(counts, key=lambda each: (-each[1], each[0]))
    yield f"{heading}: {sum(count for _, count in ordered)}"
    for name, count in ordered:
        yield f"  {count:>6}  {name}"


def _journal(path: Path, args: argparse.Namespace) -> tuple[Path, bool]:
    """The journal or the copy that is asked about, and whether nobody writes to it."""
    looked_at: Path = args.looked_at or path
    return looked_at, not (path.exists() and looked_at.samefile(path))


def _which(text: str) -> _Number | _Moment:
    plain = text.strip().lower()
    if _RECEIPT.fullmatch(plain) or _WHOLE_NUMBER.fullmatch(plain):
        return _Number(plain.replace("-", ""))
    for form, length in _MOMENTS.items():
        try:
            begins = datetime.strptime(plain.replace("t", " "), form).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
        return _Moment(begins, begins + length)
    raise argparse.ArgumentTypeError(
        f'{text[:60]!r} is no receipt number (4521-5E5C), no number of a visit and no moment ("2026-11-30 14:03")'
    )


def _fault(text: str) -> str:
    if _FAULT.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no fault's code: four digits (python -m kiosk faults)")
    return text


def _month(text: str) -> Month:
    try:
        return Month.of(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"no such month: {text[:40]!r} (write 2026-11)") from None
