"""python -m kiosk demo: plays a scenario from end to end on the display, and writes a report."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from assets import ASSETS
from drivers.command_numbers import number, pace
from kiosk.demo import scenarios
from kiosk.demo.automation_client import ScreenNotSeen
from kiosk.demo.office import OfficerWasRefused
from kiosk.demo.playing import play
from kiosk.demo.processes import DidNotStart
from kiosk.demo.report import report, summary
from kiosk.demo.scenarios import NoSuchScenario, Scenario
from kiosk.demo.simulation import ROOT, Simulation, Wishes
from kiosk.texts.translation import languages_in

OUT = ROOT / "build" / "demo"


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `demo`."""
    parser = subparsers.add_parser("demo", help="play a scenario from end to end and report")
    parser.add_argument("--scenario", default=scenarios.DEFAULT, help=f"which scenario (default {scenarios.DEFAULT})")
    parser.add_argument("--list", action="store_true", help="only list the scenarios")
    parser.add_argument(
        "--out", type=Path, help="directory for report and pictures (default build/demo, or a directory in it)"
    )
    parser.add_argument("--pace", type=pace, default=1.0, help="1: devices take real times; 0: none (default 1)")
    parser.add_argument(
        "--think",
        type=number("seconds", 0, 60),
        default=0.8,
        help="seconds for which the resident looks at each screen",
    )
    languages = languages_in(ASSETS / "locale")
    parser.add_argument("--language", choices=languages, default=languages[0])
    parser.add_argument("--hidden", action="store_true", help="use Xvfb even where there is a display")
    parser.add_argument("--direct-chip", action="store_true", help="without pcscd, where it is not available")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Play a scenario. Returns 0 if everything is as the scenario expects, 1 if not, 2 if it could not be played."""
    if args.list:
        print(scenarios.listing())
        return 0
    try:
        scenario = scenarios.find(args.scenario)
    except NoSuchScenario as error:
        print(error, file=sys.stderr)
        return 2
    out: Path = args.out or _out_of(scenario)
    try:
        _clear(out)
    except OSError as error:
        print(f"{error.filename or out}: {error.strerror}", file=sys.stderr)
        return 2
    languages = tuple(dict.fromkeys((args.language, *languages_in(ASSETS / "locale"))))
    wishes = Wishes(
        region=scenario.region,
        languages=languages,
        pace=args.pace,
        hidden=args.hidden,
        direct_chip=args.direct_chip,
        pilot=scenario.pilot,
        scanner=scenario.scanner,
        kiosks=scenario.kiosks,
        units=scenario.units,
    )
    try:
        with Simulation(wishes, out / "state") as place:
            for note in place.notes:
                print(note)
            print(f"Starting the kiosk; then a resident comes. ({scenario.about})")
            played = play(place, scenario, out, args.think)
    except (DidNotStart, ScreenNotSeen, OfficerWasRefused, FileNotFoundError) as error:
        print(f"The demo could not be played: {error}", file=sys.stderr)
        return 2
    told = report(played)
    (out / "report.json").write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(summary(told, played, out))
    return 0 if told["outcome"] == scenario.outcome else 1


def _out_of(scenario: Scenario) -> Path:
    return OUT if scenario.name == scenarios.DEFAULT else OUT / scenario.name


def _clear(out: Path) -> None:
    """Delete the files of an earlier run, but not the directories of other scenarios."""
    for name in ("screens", "state"):
        shutil.rmtree(out / name, ignore_errors=True)
    for old in (*out.glob("*.png"), out / "report.json"):
        old.unlink(missing_ok=True)
    (out / "screens").mkdir(parents=True)
