"""What is subtracted from a visit: one frame of a bare window, and one bare HTTPS round trip."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

from assets import ASSETS
from kiosk.demo.floor import BareCosts
from kiosk.demo.processes import Process
from kiosk.demo.simulation import Simulation
from tests.bench.bare_https import BareEndpoint

START_S = 60.0
FONT = ASSETS / "fonts" / "NotoSansSC-Regular.otf"


def bare_costs(simulation: Simulation, quick: bool) -> BareCosts:
    """Medians, measured in this place: on its display, with its certificates."""
    with BareEndpoint(simulation) as endpoint:
        endpoint.round_trips(8 if quick else 60)
    return BareCosts(statistics.median(frames(simulation, 8 if quick else 40)), statistics.median(endpoint.took))


def frames(simulation: Simulation, count: int) -> list[float]:
    """Seconds from the call that changes a label to the painted frame."""
    with bare_window(simulation, count) as window:
        return list(json.loads(window.first_line(START_S))["frames_s"])


def bare_window(simulation: Simulation, frames: int = 0) -> Process:
    """A bare window on the place's display; ended when the `with` block is left."""
    screen: Path = ASSETS / "screens" / f"{simulation.wishes.screen}.toml"
    environment = {**simulation.display.environment, "KIVY_HOME": str(simulation.state_dir / "kivy")}
    return Process.of_python(
        "the bare window",
        ["-m", "tests.bench.bare_window", str(screen), str(FONT), "--frames", str(frames)],
        simulation.state_dir / "bare-window.log",
        environment,
    )
