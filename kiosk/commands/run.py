"""python -m kiosk run --config FILE"""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path

from assets import ASSETS

DEFAULT_CONFIG = Path("/etc/qianzhu-kiosk/kiosk.toml")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `run`."""
    parser = subparsers.add_parser("run", help="serve residents")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help=f"configuration (default {DEFAULT_CONFIG})")
    parser.add_argument(
        "--simulate", action="store_true", help="with simulated devices, a reference central and the bench window"
    )
    parser.add_argument("--screen", help="with --simulate: a screen file of assets/screens (default panel-1280x800)")
    parser.add_argument("--unit", type=_unit, help="with --simulate: the permit unit's model (default star-tcp300)")
    parser.set_defaults(run=run)


def _unit(name: str) -> str:
    """A permit unit's dialect. Its module is not imported for a production kiosk."""
    from drivers.permit_unit.dialects import DIALECTS

    if name not in DIALECTS:
        raise argparse.ArgumentTypeError(f"is {name!r}; one of {', '.join(DIALECTS)} is wanted")
    return name


def run(args: argparse.Namespace) -> int:
    """Serve until the machine is switched off; the exit status. See `kiosk.app.run_window`."""
    if args.simulate:
        if find_spec("kiosk.demo") is None:
            print("run --simulate: the distribution qianzhu-kiosk-simulation is not installed", file=sys.stderr)
            return 2
        from kiosk.demo.laptop import run_on_laptop

        return run_on_laptop(args.screen or "panel-1280x800", args.unit or _unit("star-tcp300"))
    if args.screen is not None or args.unit is not None:
        print("run: --screen and --unit are for --simulate; a kiosk's stand in its configuration", file=sys.stderr)
        return 2
    from kiosk.app.run_window import run_window
    from kiosk.app.switch_off_signals import SwitchOffSignals

    with SwitchOffSignals() as signals:
        return run_window(args.config, ASSETS, signals)
