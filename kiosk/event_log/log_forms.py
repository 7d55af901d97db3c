"""The forms of log lines: for a person, for journald, and as JSON for what collects logs (Loki, Elastic, Vector).

The environment chooses, because lines are written before a configuration is read. What does not come from the catalogue
of events (output of libraries and C code, tracebacks) gets the same form, line by line.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from kiosk.event_log.log_events import LOG_FORMAT, EventFields

FORM_VARIABLE = "KIOSK_LOG_FORM"

LONGEST_LINE = 8000
"""The most characters of a line; the rest of a longer one is cut off, and a long JSON document says less."""

_PRIORITY = {
    logging.CRITICAL: 2,
    logging.ERROR: 3,
    logging.WARNING: 4,
    logging.INFO: 6,
    logging.DEBUG: 7,
}
"""syslog's priorities, which journald takes from a prefix such as <4> (sd-daemon(3))."""

_CODE = re.compile(r"[1-9][0-9]{3}")
_STDERR = "stderr"
"""The logger of lines that no logger wrote."""


class LogForm(Enum):
    """How a line of the log is written."""

    PLAIN = "plain"  # time, level, message
    JOURNALD = "journald"  # <priority>message; journald adds the time
    JSON = "json"  # one object in a line

    def formatter(self) -> logging.Formatter:
        """What makes lines of records; a record may have several, except as JSON."""
        match self:
            case LogForm.PLAIN:
                return logging.Formatter(LOG_FORMAT)
            case LogForm.JOURNALD:
                return _Journald()
            case LogForm.JSON:
                return _Json()

    def of_output(self, line: str) -> str:
        """A line that somebody else wrote to standard output or error, in this form."""
        match self:
            case LogForm.PLAIN:
                return line
            case LogForm.JOURNALD:
                return f"<{_PRIORITY[logging.WARNING]}>{line}"
            case LogForm.JSON:
                return _document(time.time(), "warning", _STDERR, line)


def form_of(environment: Mapping[str, str]) -> LogForm:
    """The form that the environment asks for; for a person where it asks for none, or for one that is not known."""
    asked = environment.get(FORM_VARIABLE, "")
    return next((form for form in LogForm if form.value == asked), LogForm.PLAIN)


class _Journald(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        prefix = f"<{_priority(record.levelno)}>"
        return "\n".join(prefix + line for line in super().format(record).splitlines() or [""])


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        more: dict[str, Any] = {}
        told = getattr(record, EventFields.ATTRIBUTE, None)
        if isinstance(told, EventFields):
            more = {"event": told.event, **_indexed(told.fields), "fields": dict(told.fields)}
        if record.exc_info:
            more["exception"] = self.formatException(record.exc_info)
        return _document(record.created, record.levelname.lower(), record.name, record.getMessage(), more)


def _priority(level: int) -> int:
    return next((number for least, number in _PRIORITY.items() if level >= least), _PRIORITY[logging.DEBUG])


def _indexed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a collector asks for first, under the same name in every line: fault, device and visit, where there are any.
    `device_state` says its fault in `now`, and a step's fault says whose it is in `part`.
    """
    codes = (value for value in (fields.get("fault"), fields.get("now")) if _CODE.fullmatch(str(value)))
    found = {
        "fault": next(codes, None),
        "device": fields.get("device") or fields.get("part"),
        "visit": fields.get("visit"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _document(at_s: float, level: str, logger: str, message: str, more: Mapping[str, Any] | None = None) -> str:
    at = datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds")
    head = {"time": at, "level": level, "logger": logger, "message": message}
    line = json.dumps({**head, **(more or {})}, ensure_ascii=False)
    if len(line) <= LONGEST_LINE:
        return line
    return json.dumps({**head, "message": message[: LONGEST_LINE // 8], "cut": True}, ensure_ascii=False)
