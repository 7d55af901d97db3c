"""The catalogue of log events: id, meaning, fields. Nothing else is logged, so personal data cannot be.

`log` refuses a field that the catalogue does not name for the event. Values are codes, names, numbers and durations.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

_LOGGER = logging.getLogger("kiosk")

LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class EventFields:
    """What a record of the log has beside its message, under the attribute `ATTRIBUTE`: the event's id and fields."""

    ATTRIBUTE: ClassVar[str] = "kiosk_event"

    event: str
    fields: Mapping[str, Value]


class LogEvent(Enum):
    """One event: (id, meaning, fields)."""

    STARTED = ("started", "the program is up", ("version", "site", "region"))
    WARMED_UP = ("warmed_up", "what the first visit needs is loaded and built", ("after_s",))
    SWITCH_OFF_ASKED = ("switch_off_asked", "the machine is to be switched off; it ends in order first", ("why",))
    MACHINE_ENDS = (
        "machine_ends",
        "the machine has ended after a request to switch off, and takes no further event",
        ("state", "custody"),
    )
    STOPPED = ("stopped", "the program ends in an orderly way", ())
    STEP = (
        "step",
        "the machine went from one state to another; into and out of service with the fault, and whose it is",
        ("before", "after", "visit", "fault", "part"),
    )
    EVENT_IGNORED = ("event_ignored", "an event meant nothing in this state", ("state", "happened"))
    EVENT_STALE = (
        "event_stale",
        "an event of a past visit, or of a screen that is gone, was dropped",
        ("state", "happened"),
    )
    TOUCH_STALE = ("touch_stale", "a touch on a screen that is gone was dropped", ("state", "intent"))
    JOURNAL_FAILED = ("journal_failed", "a record could not be written", ("error", "fault"))
    JOURNAL_CLOSED = (
        "journal_closed",
        "the journal cannot be opened; it is tried again, and nothing begins meanwhile",
        ("error", "fault"),
    )
    JOURNAL_OPENED = ("journal_opened", "the journal, which could not be opened before, is open", ())
    JOURNAL_PUT_ASIDE = (
        "journal_put_aside",
        "a damaged journal got another name, and a new one was begun",
        ("error", "name"),
    )
    START_FAILED = (
        "start_failed",
        "part of the start failed; the page says so, and it is tried again",
        ("error", "more", "fault", "again_in_s"),
    )
    NO_DISPLAY = ("no_display", "there is no display to open the window on; the program ends", ("display", "error"))
    EFFECT_WITHHELD = ("effect_withheld", "not done, because the journal could not record it", ("effect",))
    WORKER_DIED = ("worker_died", "a worker thread ended by an exception", ("worker", "error"))
    WORKER_HANGS = (
        "worker_hangs",
        "a worker's job gives no sign of life for longer than such a job may take",
        ("worker", "doing", "silent_s", "running_s"),
    )
    WORKER_GOES_ON = ("worker_goes_on", "a worker that hung gives a sign of life again", ("worker",))
    WATCHDOG_NOT_FED = (
        "watchdog_not_fed",
        "systemd is not told that all is well, and will start the program anew",
        ("ails",),
    )
    WATCHDOG_FED_AGAIN = ("watchdog_fed_again", "everything gives a sign of life again", ())
    WATCHDOG_UNREADABLE = (
        "watchdog_unreadable",
        "the environment asks for a watchdog in a way that is not for this program",
        ("variable", "value"),
    )
    NOTIFY_FAILED = ("notify_failed", "systemd could not be told; it is told again", ("message", "address", "error"))
    METRICS_SERVED = ("metrics_served", "a monitoring system may ask for metrics", ("address", "mutual_tls"))
    METRICS_UNAVAILABLE = (
        "metrics_unavailable",
        "metrics cannot be served, because the port is taken or a file is wrong; it is tried again every minute",
        ("address", "error"),
    )
    DEVICE_STATE = (
        "device_state",
        'a device, or something else that a visit needs, is not as it was: "ok", or its fault\'s code',
        ("device", "before", "now"),
    )
    JOURNAL_MOVED = (
        "journal_moved",
        "the journal's file is not where the kiosk writes; a copy of what it wrote was made",
        ("copy",),
    )
    CERTIFICATE_ENDS = ("certificate_ends", "a certificate ends soon, or has ended; 0 days is today", ("whose", "days"))
    CERTIFICATES_LOADED = (
        "certificates_loaded",
        "the files of the line to central were replaced; with mistakes the old ones stay in use",
        ("mistakes",),
    )
    CONTROL_CLOSED = (
        "control_closed",
        "nobody, or not everybody who should, can ask how the kiosk is; it is tried again, and visits go on",
        ("error",),
    )
    CONTROL_OPENED = ("control_opened", "a shell on this machine can ask how the kiosk is", ("path",))
    DEVICE_TROUBLE = ("device_trouble", "a driver raised", ("device", "doing", "error", "message", "fault"))
    PCSCD_RESTART_ASKED = (
        "pcscd_restart_asked",
        "pcscd is gone or hangs: systemd was asked to start it anew, or why not",
        ("asked", "error"),
    )
    CENTRAL_TROUBLE = ("central_trouble", "a call to central failed", ("call", "error", "code"))
    CENTRAL_ANSWERED = ("central_answered", "how long the answer to a call was waited for", ("call", "status", "ms"))
    CENTRAL_REPEATED = ("central_repeated", "a call to central is made again as it was", ("call", "error", "after_s"))
    STAFF_CALLED = (
        "staff_called",
        "somebody asked for staff: called, kept (tried again), or failed; `state`: of the page",
        ("state", "became"),
    )
    CLOCK_WRONG = ("clock_wrong", "the clock is too far from central's for the rules to be asked", ("offset_s",))
    CLOCK_JUMPED = ("clock_jumped", "the time of day moved without that time having passed", ("by_s", "why"))
    ATTENDANT_REFUSED = ("attendant_refused", "a code was nobody's", ("wrong",))
    ATTENDANT_LOCKED = ("attendant_locked", "too many wrong codes in a row: none is looked at", ("wrong",))
    TECHNICIAN_ADMITTED = (
        "technician_admitted",
        "somebody was let into service mode",
        ("technician", "role", "factor"),
    )
    TECHNICIAN_REFUSED = (
        "technician_refused",
        "number, one-time code or PIN was wrong, or a card's PIN, and nobody was let into service mode",
        ("wrong",),
    )
    TECHNICIAN_LOCKED = ("technician_locked", "nothing is looked at after too many wrong tries", ("wrong",))
    TECHNICIAN_UNCOUNTED = (
        "technician_uncounted",
        "tries or used codes could not be read or written, so nobody is let into service mode",
        ("error",),
    )
    SERVICE_CARD_PROVEN = (
        "service_card_proven",
        "a service card signed by its key; a PIN is asked for",
        ("technician",),
    )
    SERVICE_CARD_REFUSED = (
        "service_card_refused",
        "a service card, or its reader, was of no use to sign in",
        ("device", "cause", "error"),
    )
    SERVICE_CARD_REMOVED = ("service_card_removed", "the service card that had signed left its reader", ())
    UNLOCK_REFUSED = ("unlock_refused", "a code that was to unlock service mode did not", ())
    SERVICE_STATE = ("service_state", "a technician closed or opened the machine", ("state", "technician"))
    SERVICE_STATE_UNKEPT = (
        "service_state_unkept",
        "that the machine is closed, or open, could not be written, so nothing was changed",
        ("error",),
    )
    BIN_EMPTIED = ("bin_emptied", "a technician noted that the bin was emptied", ("permits", "technician"))
    PART_TESTED = ("part_tested", "a technician tested a part of the machine", ("device", "test", "outcome"))
    MACHINE_UNSEEN = ("machine_unseen", "how the machine is could not be collected for the technician", ("error",))
    UNLOCKED = ("unlocked", "tries for service mode are counted anew, by a code of the operator's", ())
    ATTENDANT_UNCOUNTED = ("attendant_uncounted", "tries could not be written down, so none is given", ("error",))
    MESSAGE_WAITS = (
        "message_waits",
        "central did not take the oldest queued message; it is sent again later",
        ("call", "sequence", "waiting", "oldest_s", "again_in_s"),
    )
    FAULT_STANDS = ("fault_stands", "what a person must act on goes on", ("fault", "since_s"))
    JOURNAL_VERIFIED = ("journal_verified", "the journal's chain was looked through", ("head", "verified", "broken"))
    JOURNAL_PURGED = ("journal_purged", "old records were forgotten", ("steps",))
    HOLIDAYS_MISSING = (
        "holidays_missing",
        "the region file does not know the holidays of a year that is needed soon",
        ("year",),
    )
    LOG_FORM_UNKNOWN = (
        "log_form_unknown",
        "the environment asks for a form of the log that is not known",
        ("value", "used"),
    )
    LOG_LINES_DROPPED = (
        "log_lines_dropped",
        "lines of the log could not be written: here, and since the program began",
        ("lines", "in_all"),
    )
    MESSAGE_SETTLED = ("message_settled", "central took note of a queued message", ("call", "sequence", "outcome"))
    FACE_UNPRINTABLE = (
        "face_unprintable",
        "a granted content cannot be drawn whole; the face is left as it is",
        ("fault", "why"),
    )
    IMAGE_UNREADABLE = (
        "image_unreadable",
        "a picture or icon is missing or damaged; its place on the screen stays blank",
        ("file",),
    )
    DISPLAY_DIFFERS = (
        "display_differs",
        "the display is not what the screen file says; the layout is made for what is there",
        ("fault", "found", "wanted"),
    )
    NO_SOUND = (
        "no_sound",
        "the voice, or a language of it, is not heard; all is on the screen as before",
        ("error",),
    )
    FACE_SENT = ("face_sent", "the raster is in the unit's buffer", ("image_characters", "seconds"))


def log(event: LogEvent, *, level: int = logging.INFO, **fields: Value) -> None:
    """Write one line; see `line_of`."""
    line = line_of(event, **fields)
    if _LOGGER.isEnabledFor(level):
        _LOGGER.log(level, "%s", line, extra={EventFields.ATTRIBUTE: EventFields(event.value[0], fields)})


def line_of(event: LogEvent, **fields: Value) -> str:
    """The event's id and its fields as JSON. ValueError for a field that is not in the catalogue."""
    name, _, allowed = event.value
    unknown = set(fields) - set(allowed)
    if unknown:
        raise ValueError(f"log event {name} has no field {sorted(unknown)}")
    return f"{name} {json.dumps(fields, ensure_ascii=False)}"
