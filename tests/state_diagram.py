"""Draws the machine's states in kiosk/workflow/README.md: `make diagram`. The arrows are those that the walk finds."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

from kiosk.domain.endorsement import Custody
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from tests.unit.workflow.machine_samples import SITES
from tests.unit.workflow.machine_walk import walk

README = Path(__file__).resolve().parent.parent / "kiosk/workflow/README.md"
BEGIN, END = "<!-- drawn by make diagram -->\n", "<!-- end of the drawing -->\n"
COLOURS = {
    "outside": "fill:#eef3f8,stroke:#5b7083",
    "inside": "fill:#fdeedd,stroke:#b8731e",
    "mouth": "fill:#e6f4e6,stroke:#3f8a3f",
    "closed": "fill:#eeeeee,stroke:#777777",
}


def drawing() -> str:
    """The diagram as a Mermaid block."""
    arrows: dict[tuple[str, str], set[str]] = defaultdict(set)
    colour_of: dict[str, str] = {}
    for site in SITES.values():
        for before, event, taken in walk(site).arrows():
            colour_of[type(before).__name__] = _colour(before)
            is_left_out = s.is_switching_off(taken.state) or isinstance(event, on.DeviceFailed)
            if type(before) is not type(taken.state) and not is_left_out:
                arrows[type(before).__name__, type(taken.state).__name__].add(_label(event))
    order = [kind.__name__ for kind in vars(s).values() if isinstance(kind, type) and kind.__name__ in colour_of]
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> Recovering"]
    for arrow in sorted(arrows, key=lambda arrow: (order.index(arrow[0]), order.index(arrow[1]))):
        lines.append(f"    {arrow[0]} --> {arrow[1]}: {', '.join(sorted(arrows[arrow]))}")
    lines += [f"    classDef {name} {style}" for name, style in COLOURS.items()]
    for name in COLOURS:
        lines.append(f"    class {','.join(state for state in order if colour_of[state] == name)} {name}")
    return "\n".join([*lines, "```", ""])


def redrawn(readme: str) -> str:
    """`readme` with the present drawing between its two marks."""
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{drawing()}\n{END}{after}"


def _label(event: on.Event) -> str:
    match event:
        case on.PersonChose(intent=intent):
            return intent.value.replace("_", " ")
        case on.DeadlinePassed():
            return "time is up"
        case on.PathInspected(custody=custody):
            return f"PathInspected {custody.value.replace('_', ' ')}"
        case _:
            return type(event).__name__


def _colour(state: s.State) -> str:
    if isinstance(state, s.Recovering | s.OutOfService | s.InServiceMode):
        return "closed"
    return {Custody.INSIDE: "inside", Custody.AT_MOUTH: "mouth"}.get(s.custody_of(state), "outside")


def main() -> int:
    README.write_text(redrawn(README.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
