"""The report: the findings of all checks, and the versions that run here, as JSON or as a table for a technician."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.control.snapshot import Verdict
from kiosk.diagnostics.finding import Outcome
from kiosk.domain.faults import CONFIGURATION, REGION_FILE, Fault, Severity

READY, DEGRADED, NOT_IN_SERVICE = 0, 1, 2

_SHOWN = {Outcome.OK: "ok", Outcome.WARNING: "warning", Outcome.FAILED: "FAILED", Outcome.SKIPPED: "skipped"}
_SAID = {
    READY: "Ready.",
    DEGRADED: "Degraded: residents are served, but somebody should look.",
    NOT_IN_SERVICE: "Not in service: no permit may be taken in before this is mended.",
}
_GAP = "  "
_NEXT = {
    REGION_FILE: "Correct the region file; `python -m kiosk region check FILE` tries it. Then start the kiosk again.",
    CONFIGURATION: "Correct this, then ask again.",
}
"""Remedies in place of those of the catalogue, which send people to this report."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check. `fault`: None unless it failed; a failure without one is a mistake of the check."""

    name: str
    outcome: Outcome
    detail: str
    fault: Fault | None

    @property
    def keeps_from_service(self) -> bool:
        """Whether this result keeps the kiosk out of service."""
        return self.outcome is Outcome.FAILED and (self.fault is None or self.fault.severity is not Severity.DEGRADED)


@dataclass(frozen=True, slots=True)
class Report:
    """All results in the order of the checks, and versions by name. `running`: the verdict of the running kiosk; None
    where none runs, or it does not tell; `status`: what it tells.
    """

    checks: tuple[CheckResult, ...]
    versions: Mapping[str, str]
    running: Verdict | None = None
    status: Mapping[str, Any] | None = None

    @property
    def exit_status(self) -> int:
        """0 ready, 1 degraded, 2 not in service. A running kiosk decides itself whether it serves; what else is found
        beside it, such as a mistake that only its next start would read, is degraded.
        """
        if self.running is Verdict.NOT_IN_SERVICE:
            return NOT_IN_SERVICE
        if self.running is None and any(check.keeps_from_service for check in self.checks):
            return NOT_IN_SERVICE
        trouble = {Outcome.FAILED, Outcome.WARNING} & {check.outcome for check in self.checks}
        return DEGRADED if trouble else READY

    def as_json(self) -> dict[str, Any]:
        """The report for JSON: `checks`, `versions`, and `running`: the running kiosk's status or null."""
        return {
            "checks": [
                {
                    "name": check.name,
                    "outcome": check.outcome.value,
                    "detail": check.detail,
                    "fault": None if check.fault is None else check.fault.code,
                }
                for check in self.checks
            ],
            "versions": dict(self.versions),
            "running": self.status,
        }

    def as_table(self, width: int) -> str:
        """The report in lines of at most `width` columns (at least 60), with a remedy under each failure."""
        names = [check.name for check in self.checks] + list(self.versions)
        indent = max(map(len, names)) + len(_GAP)
        lines = []
        for check in self.checks:
            head = f"{check.name:<{indent}}{_SHOWN[check.outcome]:<7}{_GAP}"
            lines += _wrapped(head, check.detail, width)
            if check.fault is not None:
                lines += _wrapped(
                    " " * len(head) + f"{check.fault.code}: ", _NEXT.get(check.fault, check.fault.remedy), width
                )
        versions = [
            line for name, version in self.versions.items() for line in _wrapped(f"{name:<{indent}}", version, width)
        ]
        return "\n".join([*lines, "", *versions, "", _SAID[self.exit_status]])


def _wrapped(head: str, text: str, width: int) -> list[str]:
    room = max(width, 60) - len(head)
    first, *rest = textwrap.wrap(text, max(room, 20)) or [""]
    return [head + first, *(" " * len(head) + line for line in rest)]
