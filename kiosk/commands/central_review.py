"""`python -m kiosk central review list | show | approve | return`, `made`, `collected`: the officer's command line.

The data that an officer needs is printed to the officer's screen and logged nowhere.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from drivers.command_numbers import day
from drivers.standard_streams import json_text
from kiosk.central.codes import RETURN_CODES
from kiosk.reference_central import opening
from kiosk.reference_central.clock import local_date, system_clock
from kiosk.reference_central.content_limits import Fitting
from kiosk.reference_central.residents import recorded_content
from kiosk.reference_central.review import Standing
from kiosk.reference_central.reviewing import Corrections, Reviewing
from kiosk.reference_central.rules import RegionRules
from kiosk.reference_central.tables import Application, ApplicationTelephone, Permit, Resident

Leaf = Callable[
    ["argparse._SubParsersAction[argparse.ArgumentParser]", str, Callable[[argparse.Namespace], int], str],
    argparse.ArgumentParser,
]


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser], leaf: Leaf) -> None:
    """Add `review`, `made` and `collected`. `leaf(verbs, name, run, help)`: makes a verb with `--database`."""
    review = verbs.add_parser("review", help="show applications and decide them").add_subparsers(
        required=True, metavar="VERB"
    )
    _with_rules(leaf(review, "list", _list, "list waiting applications, without personal data"))
    _numbered(_with_rules(leaf(review, "show", _show, "show one application, with all that a decision needs")))
    approve = _numbered(_with_rules(leaf(review, "approve", _approve, "approve the next stage")))
    approve.add_argument("--stage", help="refused unless it is the next one")
    approve.add_argument("--all", action="store_true", help="all remaining stages")
    approve.add_argument("--address", help="last stage: the holder's address, if central does not have it")
    approve.add_argument("--authority", help="last stage: the issuing authority from now on")
    approve.add_argument("--category", help="last stage: a category other than the one asked for")
    returned = _numbered(_with_rules(leaf(review, "return", _return, "send an application back")))
    returned.add_argument("--reason", required=True, help=f"one of {', '.join(RETURN_CODES)}")
    returned.add_argument("--stage", help="refused unless it is the next one")
    made = _numbered(_with_rules(leaf(verbs, "made", _made, "note that the permit is ready from now on")))
    made.add_argument("--station", required=True)
    made.add_argument("--ready-from", type=day, default=None, help="a date; today if left out")
    _numbered(_with_rules(leaf(verbs, "collected", _collected, "note that the holder has the permit")))


def _with_rules(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--region", type=Path, nargs="+", default=[Path("assets/regions")], help="files or directories")
    parser.add_argument("--permits", type=Path, nargs="+", default=[Path("assets/permits")])
    return parser


def _numbered(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("number", help="the review number on the slip")
    return parser


@contextmanager
def _office(args: argparse.Namespace) -> Iterator[tuple[Reviewing, Session, datetime]]:
    """The reviewing of applications, in a session that writes, and the time."""
    reviewing = Reviewing(RegionRules.from_files(args.region), Fitting.from_files(args.permits))
    with closing(opening.to_change(args.database)) as database, database.writing() as session:
        yield reviewing, session, system_clock()


@contextmanager
def _reading_room(args: argparse.Namespace) -> Iterator[tuple[Reviewing, Session]]:
    """The reviewing of applications, in a session that reads."""
    reviewing = Reviewing(RegionRules.from_files(args.region), Fitting.from_files(args.permits))
    with closing(opening.to_read(args.database)) as database, database.reading() as session:
        yield reviewing, session


def _list(args: argparse.Namespace) -> int:
    with _reading_room(args) as (reviewing, session):
        for application in reviewing.waiting(session):
            _print(_line(reviewing, session, application))
    return 0


def _show(args: argparse.Namespace) -> int:
    with _reading_room(args) as (reviewing, session):
        application = reviewing.shown(session, args.number)
        permit = session.get(Permit, application.permit_number)
        holder = session.get(Resident, application.holder_number)
        telephone = session.get(ApplicationTelephone, application.application_id)
        facts = application.facts
        _print(
            _line(reviewing, session, application)
            | {
                "holder": None if holder is None else {"name": holder.name, "id_number": holder.id_number},
                "permit_number": application.permit_number,
                "record": None if permit is None else recorded_content(permit).model_dump(mode="json"),
                "declarations": facts["declarations"],
                "agent": facts["agent"],
                "new_category": facts["new_category"],
                "evidence": application.evidence,
                "telephone": None if telephone is None else telephone.telephone,
                "decided": application.decided,
                "decisions": [
                    {"stage": each.stage, "result": each.result, "reason": each.reason}
                    for each in reviewing.standing(session, application).decisions
                ],
            }
        )
    return 0


def _approve(args: argparse.Namespace) -> int:
    corrections = Corrections(args.address, args.authority, args.category)
    with _office(args) as (reviewing, session, now):
        application = reviewing.application(session, args.number)
        if args.all:
            while len(reviewing.stages(application)) - len(reviewing.standing(session, application).decisions) > 1:
                reviewing.approve(session, args.number, now, args.stage)
        _tell(args, reviewing.approve(session, args.number, now, args.stage, corrections))
    return 0


def _return(args: argparse.Namespace) -> int:
    with _office(args) as (reviewing, session, now):
        _tell(args, reviewing.send_back(session, args.number, args.reason, now, args.stage))
    return 0


def _made(args: argparse.Namespace) -> int:
    with _office(args) as (reviewing, session, now):
        _tell(args, reviewing.made(session, args.number, args.station, args.ready_from or local_date(now), now))
    return 0


def _collected(args: argparse.Namespace) -> int:
    with _office(args) as (reviewing, session, now):
        _tell(args, reviewing.collected(session, args.number, now))
    return 0


def _line(reviewing: Reviewing, session: Session, application: Application) -> dict[str, Any]:
    standing = reviewing.standing(session, application)
    stages = [stage.key for stage in reviewing.stages(application)]
    open_stages = stages[len(standing.decisions) :] if standing.state == "in_review" else []
    return {
        "number": application.review_number,
        "service": application.service,
        "area": application.region,
        "received_on": application.received_on.isoformat(),
        "expected_on": None if application.expected_on is None else application.expected_on.isoformat(),
        "state": standing.state,
        "next_stage": open_stages[0] if open_stages else None,
        "collection": application.collection,
    }


def _tell(args: argparse.Namespace, standing: Standing) -> None:
    last = standing.decisions[-1] if standing.decisions else None
    _print(
        {
            "number": args.number,
            "state": standing.state,
            "stage": None if last is None else last.stage,
            "result": None if last is None else last.result,
        }
    )


def _print(values: object) -> None:
    sys.stdout.write(json_text(values) + "\n")
    sys.stdout.flush()
