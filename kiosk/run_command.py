"""python -m kiosk run --config FILE"""

from __future__ import annotations

import argparse
from pathlib import Path

from drivers.device_file import DeviceFileError
from drivers.permit_unit.dialects import DIALECTS, STAR
from kiosk import bootstrap
from kiosk.app.switch_off_signals import SwitchOffSignals
from kiosk.config import ConfigError, load_config
from kiosk.policy.region_file import RegionFileError

ASSETS = Path(__file__).resolve().parents[1] / "assets"
DEFAULT_CONFIG = Path("/etc/qianzhu-kiosk/kiosk.toml")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `run`."""
    parser = subparsers.add_parser("run", help="serve residents")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help=f"configuration (default {DEFAULT_CONFIG})")
    parser.add_argument(
        "--simulate", action="store_true", help="with simulated devices, a reference central and the bench window")
    parser.add_argument("--screen", default="panel-1280x800", help="with --simulate: a screen file of assets/screens")
    parser.add_argument(
        "--unit", choices=DIALECTS, default=STAR, help=f"with --simulate: which permit unit (default {STAR})")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until the machine is switched off. 2 with one line for each mistake in the configuration."""
    if args.simulate:
        from kiosk.demo.laptop import run_on_laptop

        return run_on_laptop(args.screen, args.unit)
    try:
        with SwitchOffSignals() as signals:
            return bootstrap.run_window(load_config(args.config, ASSETS), signals)
    except (ConfigError, RegionFileError, DeviceFileError) as error:
        return bootstrap.complain(error.mistakes)
