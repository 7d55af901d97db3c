"""`python -m kiosk assess`: what a region's rules say about a permit on a day, as JSON or in words."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from drivers.standard_streams import json_text
from kiosk.commands import arguments as given
from kiosk.commands.arguments import BAD_USE, BadUseError
from kiosk.domain.endorsement import Service
from kiosk.policy.assess import assess
from kiosk.policy.assessment_words import as_json, in_words
from kiosk.policy.permit_calendar import permit_calendar
from kiosk.policy.region import Region
from kiosk.policy.region_file import RegionFileError, load_region
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.rules import AGENTS, DECLARATIONS, LANGUAGES

_AGENT_WORDS = {"relative": "close_relative", **{kind: kind for kind in AGENTS}}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the `assess` command to a program's subparsers (argparse)."""
    parser = subparsers.add_parser("assess", help="what a region's rules say about a permit on a day")
    parser.add_argument("--region", metavar="NAME", help="a region of assets/regions")
    parser.add_argument("--region-file", metavar="FILE", help="a region file of your own")
    parser.add_argument("--on", metavar="DATE", help="the day, such as 2026-02-28")
    parser.add_argument("--valid-from", metavar="DATE", help="the start date that the permit carries")
    parser.add_argument("--valid-to", metavar="DATE", help="the end date that the permit carries")
    parser.add_argument("--issued", metavar="DATE", help="the permit's date of issue")
    parser.add_argument("--last-endorsed", metavar="DATE", help="the last endorsement or make-up")
    parser.add_argument("--last-make-up", metavar="DATE", help="the last make-up")
    parser.add_argument("--received", metavar="DATE", help="the day central received the application")
    parser.add_argument("--category", metavar="KEY", help="the permit's category, where the region has several")
    parser.add_argument("--new-category", metavar="KEY", help="the category asked for")
    parser.add_argument(
        "--service",
        default=Service.ENDORSE.value,
        metavar="NAME",
        help="endorse (if not given), " + ", ".join(list(Service.__members__)[1:]).lower(),
    )
    parser.add_argument(
        "--declare",
        action="append",
        default=[],
        metavar="KEY,…",
        help=f"what is declared: the region's keys, and everywhere {', '.join(DECLARATIONS)}",
    )
    parser.add_argument("--disabled", action="store_true", help="the holder is disabled")
    parser.add_argument("--hard-to-move", action="store_true", help="the holder is hardly able to move about")
    parser.add_argument("--age", metavar="YEARS", help="the holder's completed years of age")
    parser.add_argument("--agent", metavar="KIND", help="who acts for the holder: " + ", ".join(_AGENT_WORDS))
    parser.add_argument("--issuer", metavar="same|other", help="whether another authority will issue from now on")
    parser.add_argument("--issuing-authority", default="", metavar="NAME", help="the authority the permit names")
    parser.add_argument("--home-area", metavar="yes|no", help="whether the kiosk is in the area of the home")
    parser.add_argument(
        "--evidence", action="append", default=[], metavar="KEY,…", help="what central verified: the region's keys"
    )
    parser.add_argument("--pilot", action="store_true", help="the authority ordered a trial at this kiosk")
    parser.add_argument("--language", default=LANGUAGES[0], metavar="TAG", help="language of the words (zh-Hans)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the assessment. Returns 0, or 2 with the mistake on standard error."""
    try:
        region = load_region(_region_file(args))
        request = _request(region, args)
        language = given.language(args.language, region)
    except RegionFileError as error:
        print("\n".join(error.mistakes), file=sys.stderr)
        return BAD_USE
    except BadUseError as error:
        print(f"assess: {error}", file=sys.stderr)
        return BAD_USE
    answer = region, assess(region, request), permit_calendar(region, request), language
    print(json_text(as_json(*answer)) if args.json else in_words(*answer))
    return 0


def _region_file(args: argparse.Namespace) -> Path:
    if (args.region is None) == (args.region_file is None):
        raise BadUseError("give either --region or --region-file")
    return Path(args.region_file) if args.region_file is not None else given.shipped("--region", args.region)


def _request(region: Region, args: argparse.Namespace) -> AssessmentRequest:
    on = given.day("--on", args.on)
    if on is None:
        raise BadUseError("--on is missing: the day, such as 2026-02-28")
    valid_from, valid_to = given.day("--valid-from", args.valid_from), given.day("--valid-to", args.valid_to)
    issued = given.day("--issued", args.issued)
    given.demand_dates(region, valid_from, valid_to, issued)
    service = Service(given.one_of("--service", args.service, [service.value for service in Service]))
    category = given.category(region, args.category)
    return AssessmentRequest(
        on=on,
        valid_from=valid_from,
        valid_to=valid_to,
        service=service,
        category=category,
        new_category=_new_category(region, service, category, args.new_category),
        issued_on=issued,
        last_endorsed_on=given.day("--last-endorsed", args.last_endorsed),
        last_make_up_on=given.day("--last-make-up", args.last_make_up),
        received_on=given.day("--received", args.received),
        declared=_declared(region, args),
        age=given.age(args.age),
        agent=None if args.agent is None else _AGENT_WORDS[given.one_of("--agent", args.agent, _AGENT_WORDS)],
        issuing_authority=args.issuing_authority,
        authority_changes=given.if_given("--issuer", args.issuer, ("same", "other")) == "other",
        home_area=given.yes_or_no("--home-area", args.home_area),
        verified=frozenset(given.each_of("--evidence", args.evidence, region.evidence)),
        pilot=args.pilot,
    )


def _declared(region: Region, args: argparse.Namespace) -> frozenset[str]:
    known = tuple(dict.fromkeys((*region.declarations, *DECLARATIONS)))
    declared = set(given.each_of("--declare", args.declare, known))
    marked = {"disabled": args.disabled, "hard_to_move": args.hard_to_move}
    return frozenset(declared.union(key for key, is_marked in marked.items() if is_marked))


def _new_category(region: Region, service: Service, category: str, asked: str | None) -> str | None:
    """The category asked for. If a change of category has only one possible category, it need not be given."""
    others = region.categories[category].may_become
    if asked is None and service is Service.CHANGE_CATEGORY and len(others) == 1:
        return others[0]
    return given.if_given("--new-category", asked, region.categories)
