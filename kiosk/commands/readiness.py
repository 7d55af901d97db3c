"""python -m kiosk readiness [--pdf FILE] [--json] [--language TAG] [--config FILE]"""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from assets import ASSETS
from drivers.standard_streams import json_text
from kiosk.commands.run import DEFAULT_CONFIG
from kiosk.config.settings import read_config
from kiosk.diagnostics.checks import diagnose
from kiosk.domain.clock import SystemClock
from kiosk.domain.technician import LANGUAGES
from kiosk.support.bundle_file import NotWritten, write_whole
from kiosk.support.readiness import readiness
from kiosk.support.readiness_pages import Pages, Section, pages_of
from kiosk.texts.translation import Translation

NOT_WRITTEN = 3

_MORE = """\
Checks the kiosk as `diagnose` does, and adds from the journal when each part was last tested at the machine, by whom,
and with what result. Tests are kept as long as the journal's steps (`keep_days`).

exit status: as of `diagnose` (0 ready, 1 degraded, 2 not in service); 3: the PDF was not written

examples:
  python -m kiosk readiness
  python -m kiosk readiness --language zh-Hans --pdf /media/stick/readiness.pdf
  python -m kiosk readiness --json
"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `readiness`."""
    parser = subparsers.add_parser(
        "readiness",
        help="what was tested, when, by whom, and what is not ready: on paper too",
        description="Reports whether this kiosk is ready, and what that rests on.",
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help=f"configuration (default {DEFAULT_CONFIG})")
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="write it as PDF into this new file")
    parser.add_argument("--json", action="store_true", help="for programs, instead of tables")
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="of the words (default en)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print or write the report; its exit status."""
    clock = SystemClock()
    config, mistakes = read_config(args.config, ASSETS)
    report = diagnose(config, mistakes, clock, tell=lambda line: print(line, file=sys.stderr, flush=True))
    found = readiness(config, report, clock.now())
    locale = ASSETS / "locale"
    pages = pages_of(found, Translation.load(locale, args.language).with_technicians_texts(locale))
    if args.pdf is not None:
        from kiosk.support.readiness_pdf import readiness_pdf

        try:
            written = readiness_pdf(pages, ASSETS / "fonts", found.made_at)
            print(write_whole(args.pdf.parent, args.pdf.name, written), file=sys.stderr)
        except (FileNotFoundError, NotWritten) as error:
            print(error, file=sys.stderr)
            return NOT_WRITTEN
    if args.json:
        print(json_text(found.as_json(), indent=2))
    elif args.pdf is None:
        print("\n".join(_printed(pages, shutil.get_terminal_size().columns)))
    return report.exit_status


def _printed(pages: Pages, columns: int) -> Iterator[str]:
    yield pages.title
    yield from (f"{label}: {value}" for label, value in pages.facts)
    yield ""
    yield pages.verdict
    for section in pages.sections:
        yield ""
        yield section.heading
        if section.lead:
            yield section.lead
        yield from _table(section, max(columns, 60) - 2)


def _table(section: Section, columns: int) -> Iterator[str]:
    """Each row: all but the last cell in columns as wide as they need, the last one wrapped behind or below them."""
    rows = [[cell.replace("\n", ". ") for cell in row] for row in section.rows]
    *heads, _ = zip(section.columns, *rows, strict=True)
    widths = [max(map(_width, cells)) + 2 for cells in heads]
    indent = sum(widths)
    for row in rows:
        head = "".join(cell + " " * (width - _width(cell)) for cell, width in zip(row[:-1], widths, strict=True))
        room = columns - indent
        if room >= 30:
            first, *rest = textwrap.wrap(row[-1], room) or [""]
            yield f"  {head}{first}".rstrip()
            yield from (f"  {' ' * indent}{line}" for line in rest)
        else:
            yield from textwrap.wrap("  ".join(row), columns, initial_indent="  ", subsequent_indent="      ")


def _width(text: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
