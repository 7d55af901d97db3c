"""The whole machine at a glance: can residents be served, what is wrong first, and every part with its state."""

from __future__ import annotations

from kiosk.control.snapshot import Found, Snapshot, Verdict
from kiosk.domain.faults import Fault, Severity
from kiosk.presentation.models.frame import Frame
from kiosk.presentation.models.technician import OverviewScreen, PartLine, Sign
from kiosk.texts.words import Text, Words
from kiosk.workflow.technician import tasks as t
from kiosk.workflow.technician.service_state import PART as SERVICE_STATE

_SIGNS = {
    Verdict.SERVING: Sign.WELL,
    Verdict.DEGRADED: Sign.NOTICE,
    Verdict.NOT_IN_SERVICE: Sign.TROUBLE,
}
_WORST_FIRST = (Sign.TROUBLE, Sign.NOTICE, Sign.UNKNOWN, Sign.WELL)


def overview_page(frame: Frame, task: t.ShowingOverview, machine: Snapshot | None) -> OverviewScreen:
    """`machine`: how it is; None until that is known."""
    who = Text("overview.who", (("number", task.who.number), ("name", task.who.name)))
    if machine is None:
        verdict = Text("overview.not_known")
        return OverviewScreen(frame, Sign.UNKNOWN, verdict, (), (), *_other(task.view), who, ())
    stopping = [fault for _, fault in machine.troubles if fault.severity is Severity.OUT_OF_SERVICE]
    can_serve = Verdict.NOT_IN_SERVICE if stopping else Verdict.DEGRADED if machine.troubles else Verdict.SERVING
    lines = _by_part(machine) if task.view is t.View.BY_PART else _by_trouble(machine)
    because = tuple(fault_words(fault) for fault in stopping)
    verdict = Text(f"overview.verdict.{can_serve.value}")
    return OverviewScreen(frame, _SIGNS[can_serve], verdict, because, lines, *_other(task.view), who, _facts(machine))


def _other(view: t.View) -> tuple[str, Text]:
    other = t.View.BY_TROUBLE if view is t.View.BY_PART else t.View.BY_PART
    return other.value, Text(f"overview.order.{other.value}")


def _by_part(machine: Snapshot) -> tuple[PartLine, ...]:
    lines = [_part_line(each) for each in machine.found]
    return tuple(sorted(lines, key=lambda line: _WORST_FIRST.index(line.sign)))


def _part_line(found: Found) -> PartLine:
    return PartLine(found.name, part_name(found.name), sign_of(found), state_of(found))


def _by_trouble(machine: Snapshot) -> tuple[PartLine, ...]:
    known = {each.name for each in machine.found}
    return tuple(
        PartLine(about if about in known else "", part_name(about), _sign_of_fault(fault), fault_words(fault))
        for about, fault in machine.troubles
    )


def part_name(part: str) -> Text:
    return Text(f"part.{part}")


def sign_of(found: Found) -> Sign:
    if not found.was_asked:
        return Sign.UNKNOWN
    return Sign.WELL if found.fault is None else _sign_of_fault(found.fault)


def _sign_of_fault(fault: Fault) -> Sign:
    return Sign.TROUBLE if fault.severity is Severity.OUT_OF_SERVICE else Sign.NOTICE


def state_of(found: Found) -> Words:
    """How a part is, in words."""
    if not found.was_asked:
        return Text("overview.state.not_asked")
    if found.fault is not None:
        return fault_words(found.fault)
    return Text("overview.state.open") if found.name == SERVICE_STATE else Text("overview.state.ok")


def fault_words(fault: Fault) -> Text:
    """A fault's code and what it means."""
    return Text(f"trouble.{fault.code}")


def _facts(machine: Snapshot) -> tuple[Words, ...]:
    facts: list[Words] = [
        Text("overview.fact.version", (("version", machine.version), ("hours", int(machine.uptime_s // 3600)))),
    ]
    if machine.journal is not None:
        waiting = machine.journal.waiting.messages
        facts.append(Text("overview.fact.waiting", (("count", waiting),)))
        facts.append(Text("overview.fact.retained", (("count", machine.journal.retained),)))
    if machine.clock is not None and machine.clock.offset_s is not None:
        facts.append(Text("overview.fact.clock", (("seconds", round(machine.clock.offset_s)),)))
    if "kiosk" in machine.certificate_days:
        facts.append(Text("overview.fact.certificate", (("days", machine.certificate_days["kiosk"]),)))
    return tuple(facts)
