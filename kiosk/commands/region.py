"""`python -m kiosk region check | show`: lists the mistakes of region files, or shows the meaning of one."""

from __future__ import annotations

import argparse
import sys
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.commands import arguments as given
from kiosk.commands.arguments import BAD_USE, BadUseError
from kiosk.policy.holiday_years import in_words, missing_years
from kiosk.policy.region import CountedFrom, Region
from kiosk.policy.region_file import REGIONS_DIR, RegionFileError, load_region, shipped_regions
from kiosk.policy.region_year import region_in_words, year_in_words
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.rules import LANGUAGES, TIMEZONE
from kiosk.policy.terms import add_months, term_end

CHINA = ZoneInfo(TIMEZONE)  # whatever zone the machine is set to
EXAMPLE_START = date(2026, 6, 9)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the `region` command to a program's subparsers (argparse)."""
    parser = subparsers.add_parser("region", help="check a region file, or show what it means")
    words = parser.add_subparsers(dest="word", required=True, metavar="check | show")
    check = words.add_parser("check", help="list every mistake in region files, a line each")
    check.add_argument("files", nargs="*", metavar="FILE", help="default: the shipped regions")
    check.add_argument("--on", metavar="DATE", help="the day for which missing holidays are listed (default today)")
    check.set_defaults(run=run_check)
    show = words.add_parser("show", help="show a permit's year as a table: window, tiers, what each day means")
    show.add_argument("region", metavar="NAME|FILE", help="a region of assets/regions, or a region file")
    show.add_argument("--valid-from", metavar="DATE", help=f"start of the permit's term (as example {EXAMPLE_START})")
    show.add_argument("--valid-to", metavar="DATE", help="end of the permit's term (default: one term later)")
    show.add_argument("--on", metavar="DATE", help="mark this day")
    show.add_argument("--category", metavar="KEY", help="the permit's category (default: a table for each)")
    show.add_argument("--pilot", action="store_true", help="as at a kiosk where the authority ordered a trial")
    show.add_argument("--language", default=LANGUAGES[0], metavar="TAG", help="language of the words (zh-Hans)")
    show.set_defaults(run=run_show)


def run_check(args: argparse.Namespace) -> int:
    """Print a line for each mistake on standard error and return 2, or a line that there is none and return 0. Missing
    holidays are no mistake, but each such year also has a line on standard error.
    """
    try:
        on = given.day("--on", args.on) or datetime.now(CHINA).date()
    except BadUseError as error:
        print(f"region check: {error}", file=sys.stderr)
        return BAD_USE
    files = [Path(file) for file in args.files] or [REGIONS_DIR / f"{name}.toml" for name in shipped_regions()]
    mistakes = [mistake for file in files for mistake in _mistakes(file)]
    if mistakes:
        print("\n".join(mistakes), file=sys.stderr)
        return BAD_USE
    print(f"{', '.join(file.name for file in files)}: no mistakes")
    for file in files:
        for year in missing_years(load_region(file), on):
            print(f"{file.name}: {in_words(year)}", file=sys.stderr)
    return 0


def _mistakes(file: Path) -> list[str]:
    try:
        load_region(file)
    except RegionFileError as error:
        return error.mistakes
    return []


def run_show(args: argparse.Namespace) -> int:
    """Print the region and a year of each of its permits. Returns 0, or 2 with the mistake on standard error."""
    try:
        is_file = args.region.endswith(".toml") or "/" in args.region
        region = load_region(Path(args.region) if is_file else given.shipped("NAME", args.region))
        language, on = given.language(args.language, region), given.day("--on", args.on)
        permits = _permits(region, args)
    except RegionFileError as error:
        print("\n".join(error.mistakes), file=sys.stderr)
        return BAD_USE
    except BadUseError as error:
        print(f"region show: {error}", file=sys.stderr)
        return BAD_USE
    tables = [year_in_words(region, permit, on, language) for permit in permits]
    print("\n\n".join([*tables, region_in_words(region, language)]))
    return 0


def _permits(region: Region, args: argparse.Namespace) -> list[AssessmentRequest]:
    """One permit for each category, in its first term or in the term given."""
    start = given.day("--valid-from", args.valid_from) or EXAMPLE_START
    end = given.day("--valid-to", args.valid_to)
    categories = list(region.categories) if args.category is None else [given.category(region, args.category)]
    permits = []
    for category in categories:
        months = region.categories[category].months
        last = end or term_end(start, months, region.term.end_date)
        carries_end = region.term.permit_carries_end
        permits.append(
            AssessmentRequest(
                on=add_months(start, 1),
                valid_from=start if carries_end or region.term.counted_from is CountedFrom.START else None,
                valid_to=last if carries_end else None,
                category=category,
                issued_on=start if region.term.counted_from is CountedFrom.ISSUE else None,
                pilot=args.pilot,
            )
        )
    return permits
