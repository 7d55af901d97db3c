"""The finding of a check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from kiosk.domain.faults import Fault


class Outcome(Enum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"  # works now; somebody should look
    FAILED = "failed"
    SKIPPED = "skipped"  # not asked, because something that it needs is missing


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding without its name. `detail`: for technicians and never personal; `versions`: reported by the part
    itself, by name.
    """

    outcome: Outcome
    detail: str
    fault: Fault | None = None
    versions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


Findings = Sequence[Finding]


def ok(detail: str, **versions: str) -> Finding:
    return Finding(Outcome.OK, detail, versions=MappingProxyType(versions))


def warning(detail: str, **versions: str) -> Finding:
    return Finding(Outcome.WARNING, detail, versions=MappingProxyType(versions))


def failed(detail: str, fault: Fault, **versions: str) -> Finding:
    return Finding(Outcome.FAILED, detail, fault, MappingProxyType(versions))


def skipped(detail: str) -> Finding:
    return Finding(Outcome.SKIPPED, detail)


_BY_WEIGHT = (Outcome.FAILED, Outcome.WARNING, Outcome.SKIPPED, Outcome.OK)


def together(first: Finding, *others: Finding) -> Finding:
    """Several findings as one, with all details, the gravest outcome and its fault."""
    findings = (first, *others)
    gravest = min(findings, key=lambda finding: _BY_WEIGHT.index(finding.outcome))
    return Finding(gravest.outcome, "; ".join(finding.detail for finding in findings), gravest.fault)
