"""`make run`: the kiosk and the bench window on a laptop with nothing attached."""

from __future__ import annotations

import sys

from kiosk.demo.processes import DidNotStart, Process
from kiosk.demo.simulation import KIOSK, ROOT, Simulation, Wishes

STATE = ROOT / "build" / "run"


def run_on_laptop(screen: str, unit: str) -> int:
    """Open both windows and wait until the kiosk's is closed. `unit`: the permit unit's dialect.

    2 if something did not start.
    """
    try:
        with Simulation(Wishes(screen=screen, scanner=True, technician=True, units={KIOSK: unit}), STATE) as place:
            for note in place.notes:
                print(note)
            for name, carrier in place.wires.items():
                print(f"{name:16} {carrier}")
            if place.display.kind != "display":
                print("There is no display: the windows open where nobody sees them. Ctrl-C ends.", file=sys.stderr)
            kiosk = place.start_kiosk()
            with Process.of_python(
                "the bench",
                ["-m", "drivers", "bench", "--control", str(place.control_socket)],
                place.state_dir / "bench.log",
                place.display.environment,
            ):
                return kiosk.wait()
    except DidNotStart as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
