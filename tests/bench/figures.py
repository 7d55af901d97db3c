"""A measured figure beside what it is compared to, and how a run of them is shown."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Judged = Literal["itself", "ratio", "difference"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    `value` in `unit`; `beside`: what it is compared to, in words, and `bare`: what that came to in this run (None where
    there is nothing beside it). The limit is for the value itself, for value / bare, or for value - bare; None: told
    without a target.
    """

    name: str
    value: float
    unit: str
    beside: str = ""
    bare: float | None = None
    judged: Judged = "itself"
    limit: float | None = None

    @property
    def outcome(self) -> float:
        """What the limit is for."""
        if self.judged == "itself" or self.bare is None:
            return self.value
        return self.value / self.bare if self.judged == "ratio" else self.value - self.bare

    @property
    def met(self) -> bool | None:
        return None if self.limit is None else self.outcome <= self.limit

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": _plain(self.value),
            "unit": self.unit,
            "beside": self.beside,
            "bare": None if self.bare is None else _plain(self.bare),
            "judged": self.judged,
            "outcome": _plain(self.outcome),
            "limit": self.limit,
            "met": self.met,
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What one part of the bench found. `details` is JSON: where the figures come from."""

    figures: tuple[Figure, ...]
    details: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, extremes and number of `values`."""
    return {
        "median": _plain(statistics.median(values)),
        "least": _plain(min(values)),
        "most": _plain(max(values)),
        "count": len(values),
    }


def table(figures: Sequence[Figure]) -> str:
    """For people."""
    rows = [("figure", "value", "beside", "outcome", "target", "")]
    rows += [
        (
            figure.name,
            _shown(figure.value, figure.unit),
            "" if figure.bare is None else _shown(figure.bare, figure.unit),
            _outcome(figure),
            _target(figure),
            {None: "", True: "met", False: "MISSED"}[figure.met],
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:5], widths[1:5], strict=True)]
        lines.append("  ".join([*cells, row[5]]).rstrip())
    return "\n".join(lines)


def _outcome(figure: Figure) -> str:
    match figure.judged:
        case "ratio":
            return f"x {figure.outcome:.2f}"
        case "difference":
            return ("+ " if figure.outcome >= 0 else "- ") + _shown(abs(figure.outcome), figure.unit)
        case _:
            return _shown(figure.value, figure.unit)


def _target(figure: Figure) -> str:
    if figure.limit is None:
        return ""
    match figure.judged:
        case "ratio":
            return f"<= x {figure.limit:g}"
        case "difference":
            return f"<= + {figure.limit:g} {figure.unit}"
        case _:
            return f"<= {figure.limit:g} {figure.unit}".rstrip()


def _shown(value: float, unit: str) -> str:
    if unit == "s":
        if abs(value) >= 1:
            return f"{value:.2f} s"
        return f"{value * 1000:.1f} ms" if abs(value) >= 0.0001 else f"{value * 1e6:.1f} us"
    return f"{value:,.0f} {unit}" if abs(value) >= 100 or value == int(value) else f"{value:.3g} {unit}"


def _plain(value: float) -> float:
    return float(f"{value:.6g}")
