"""Draws the packages of kiosk in CONTRIBUTING.md: `make diagram`. The arrows are the imports that the code has."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Mapping

from tests.architecture.source import ROOT, nodes_of, python_files

DOCUMENT = ROOT / "CONTRIBUTING.md"
BEGIN, END = "<!-- drawn by make diagram -->\n", "<!-- end of the drawing -->\n"


def imports() -> dict[str, set[str]]:
    """Which package or module directly in kiosk imports which others, as the code says."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in python_files("kiosk"):
        here = path.split("/")[1].removesuffix(".py")
        for node in nodes_of(path):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kiosk."):
                found[here].add(str(node.module).split(".")[1])
            elif isinstance(node, ast.ImportFrom) and node.module == "kiosk":
                found[here] |= {each.name for each in node.names}
    return {here: others - {here} for here, others in found.items() if here not in ("__init__", "__main__")}


def reduced(arrows: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Without the arrows that a longer way says already."""
    reach: dict[str, set[str]] = {}

    def reached(package: str) -> set[str]:
        if package not in reach:
            reach[package] = set()
            for other in arrows.get(package, ()):
                reach[package] |= {other} | reached(other)
        return reach[package]

    return {
        package: {
            other for other in others if not any(other in reached(between) for between in others if between != other)
        }
        for package, others in arrows.items()
    }


def drawing() -> str:
    """The packages as a Mermaid block: who imports whom, from the top down."""
    arrows = reduced(imports())
    lines = [f"    {package} --> {other}" for package in sorted(arrows) for other in sorted(arrows[package])]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```", ""])


def redrawn(document: str) -> str:
    """`document` with the present drawing between its two marks."""
    before, rest = document.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{drawing()}\n{END}{after}"


def main() -> int:
    DOCUMENT.write_text(redrawn(DOCUMENT.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
