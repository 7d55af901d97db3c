"""All checks in the order in which a kiosk would come to them."""

from __future__ import annotations

from kiosk.central.check import applying, endorsing, exchanges, refusals, relaying, reporting, tls
from kiosk.central.check.findings import Check, Finding, Outcome, Report
from kiosk.central.check.run import Run, Target

CHECKS: tuple[Check[Run], ...] = (
    *tls.CHECKS,
    *exchanges.CHECKS,
    *refusals.CHECKS,
    *endorsing.CHECKS,
    *relaying.CHECKS,
    *reporting.CHECKS,
    *applying.CHECKS,
    *exchanges.AT_THE_END,
)


def check_central(target: Target) -> Report:
    """Try every check for which there is data. Raises `NoConversation` where nobody listens."""
    run = Run(target)
    try:
        first, *others = CHECKS
        findings = [first.finding(run)]
        if findings[0].outcome is Outcome.DEVIATES:  # without TLS there is no conversation
            findings += [_not_tried(each) for each in others]
        else:
            findings += [each.finding(run) for each in others]
    finally:
        run.close()
        if target.chip is not None:
            target.chip.close()
    return Report(target.url, tuple(findings), run.heard.calls, run.heard.slowest_s)


def _not_tried(check: Check[Run]) -> Finding:
    return Finding(check.name, check.demand, check.section, Outcome.NOT_TRIED, "TLS was not agreed on")
