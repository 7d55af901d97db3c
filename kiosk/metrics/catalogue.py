"""The catalogue of metrics: name, type, meaning, labels with every value they may have. Nothing else is exported.

Names and units follow Prometheus's conventions (https://prometheus.io/docs/practices/naming/). No label says anything
of a person, and each has a bounded set of values, so that the number of series is bounded too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import get_args

from kiosk.central import call_tally
from kiosk.central.repeating import Call
from kiosk.control.snapshot import STARTING
from kiosk.domain.devices import DEVICES
from kiosk.domain.endorsement import Custody
from kiosk.domain.faults import CATALOGUE, Part, Severity
from kiosk.journal.names import name_of_kind
from kiosk.services.device_health import BESIDE_DEVICES, COUNTED
from kiosk.workflow import states as s
from kiosk.workflow import visit_outcomes

PREFIX = "qianzhu_"

STATES = (STARTING, *sorted(name_of_kind(kind) for kind in get_args(s.State)))
CODES, FAULT_NAMES = tuple(sorted(CATALOGUE)), tuple(fault.name for fault in CATALOGUE.values())
WATCHED = (*(device.name for device in DEVICES), *BESIDE_DEVICES)
ABOUT = tuple(dict.fromkeys((*WATCHED, *(part.name.lower() for part in Part), "clock")))
CERTIFICATES = ("kiosk", "central", "authority")


class Kind(Enum):
    """The type of a metric."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `name`: without prefix, and without the ending that its type adds; `labels`: name → every value;
    () where a value is one word of this program's or its configuration's that does not change while it runs.
    """

    name: str
    kind: Kind
    meaning: str
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """The name by which it is asked for."""
        return PREFIX + self.name + {Kind.COUNTER: "_total", Kind.INFO: "_info"}.get(self.kind, "")


_METRICS = (
    Metric(
        "build",
        Kind.INFO,
        "Always 1: which program runs, for which site and by which region file.",
        {"version": (), "site": ("production", "simulation"), "region": ()},
    ),
    Metric("serving", Kind.GAUGE, "1: a visit may begin or is under way; 0: nobody is served."),
    Metric("in_visit", Kind.GAUGE, "1: a visit is under way."),
    Metric("state", Kind.GAUGE, "1 for the machine's present state, 0 for every other.", {"state": STATES}),
    Metric("state_seconds", Kind.GAUGE, "For how long the machine has been in this state."),
    Metric(
        "custody",
        Kind.GAUGE,
        "1 for where the permit is by the unit's last fact, 0 for every other place.",
        {"custody": tuple(custody.value for custody in Custody)},
    ),
    Metric(
        "device_ok",
        Kind.GAUGE,
        "1: it worked when it was last looked at; 0: it had a fault. Nothing before the first look. `needed`: no "
        "permit is taken in without it.",
        {"device": WATCHED, "needed": ("true", "false")},
    ),
    Metric(
        "device_fault",
        Kind.GAUGE,
        "1 for each device that has a fault, by the fault's code.",
        {"device": WATCHED, "code": CODES},
    ),
    Metric(
        "trouble",
        Kind.GAUGE,
        "1 for each fault that somebody should look at, whatever it is about: the list that `diagnose` shows.",
        {
            "about": ABOUT,
            "code": CODES,
            "name": FAULT_NAMES,
            "severity": tuple(severity.value for severity in Severity),
        },
    ),
    Metric(
        "visits",
        Kind.COUNTER,
        "Visits that ended, by what they were for and what came of them.",
        {"kind": visit_outcomes.KINDS, "outcome": visit_outcomes.OUTCOMES},
    ),
    Metric(
        "failures",
        Kind.COUNTER,
        "Reports of a fault by a device's service or central's, by the machine's state (the step of a visit). A device "
        "that stays broken is reported at every look.",
        {"code": CODES, "step": STATES},
    ),
    Metric(
        "events",
        Kind.COUNTER,
        "Things done for residents, as central is told them in the heartbeat.",
        {"event": COUNTED},
    ),
    Metric("writing_seconds", Kind.HISTOGRAM, "How long chip and face took together, of writings that did both."),
    Metric(
        "central_call_seconds",
        Kind.HISTOGRAM,
        "How long exchanges with central took, each repeat counted by itself.",
        {"operation": tuple(call.value for call in Call), "outcome": call_tally.OUTCOMES},
    ),
    Metric(
        "central_unknown",
        Kind.COUNTER,
        "Parts of central's answers that this program does not know: central is newer.",
        {"what": ("fields", "values")},
    ),
    Metric("messages_waiting", Kind.GAUGE, "Messages that central must still be told."),
    Metric("oldest_message_seconds", Kind.GAUGE, "For how long the oldest of them waits; 0 where none does."),
    Metric("permits_retained", Kind.GAUGE, "Permits that lie in the bin, certain or not."),
    Metric("permits_to_be_looked_for", Kind.GAUGE, "Those of them of which that is not certain."),
    Metric("journal_step", Kind.GAUGE, "Number of the journal's newest step."),
    Metric("journal_age_seconds", Kind.GAUGE, "How old what is told of the journal is. It grows while its disk hangs."),
    Metric("clock_offset_seconds", Kind.GAUGE, "How far the clock is ahead of central's. Nothing before it told."),
    Metric("clock_confirmed", Kind.GAUGE, "1: the clock was found right by central's time."),
    Metric("clock_jumps", Kind.COUNTER, "How often the time of day moved without that time having passed."),
    Metric(
        "certificate_remaining_seconds",
        Kind.GAUGE,
        "For how long a certificate of the line to central is valid, in whole days.",
        {"whose": CERTIFICATES},
    ),
    Metric("disk_free_bytes", Kind.GAUGE, "What the disk of the state directory has left."),
    Metric("paper_out", Kind.GAUGE, "1: the receipt printer has no paper. Nothing before it was looked at."),
    Metric("log_lines_dropped", Kind.COUNTER, "Lines of the log that could not be written."),
    Metric("uptime_seconds", Kind.GAUGE, "For how long the program runs."),
)

METRICS: Mapping[str, Metric] = {metric.name: metric for metric in _METRICS}
"""Name, without prefix and ending → the metric."""
