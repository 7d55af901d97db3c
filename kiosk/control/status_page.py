"""A status as one screen of text, for a person at a shell."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from kiosk.control.snapshot import Verdict
from kiosk.data_files.reader import readable_line
from kiosk.domain.faults import CATALOGUE

HEADLINES = {
    Verdict.SERVING: "Serving.",
    Verdict.DEGRADED: "Degraded: residents are served, but somebody should look.",
    Verdict.NOT_IN_SERVICE: "Not in service: no permit is taken in.",
}
LEAST_COLUMNS = 60
_GAP = "  "
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


class StrangeStatus(Exception):
    """The kiosk tells other things than this program knows: one of the two was updated."""


def status_page(status: Mapping[str, Any], columns: int) -> str:
    """`status`: as `Snapshot.as_json` made it; lines of at most `columns`, 60 at the least. Raises `StrangeStatus`."""
    try:
        rows = [*_rows(status), *_devices(status["found"]), *_versions(status["versions"])]
        headline = HEADLINES[Verdict(status["verdict"])]
        troubles = [(str(each["fault"]), f"{each['about']}: {each['remedy']}") for each in status["troubles"]]
        details = [readable_line(str(line)) for line in status["state"]["details"]]
    except (KeyError, TypeError, ValueError) as error:
        raise StrangeStatus(
            f"the kiosk's status is not as this program knows it ({type(error).__name__}: {error}): was one of them "
            "updated and not started again?"
        ) from error
    width = max(columns, LEAST_COLUMNS)
    indent = max(len(name) for name, _ in rows)
    lines = [headline, *_told(troubles, width), *_told([("", line) for line in details], width), ""]
    lines += [line for name, told in rows for line in _wrapped(f"{name:<{indent}}{_GAP}", told, width)]
    return "\n".join(lines)


def _rows(status: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    state = status["state"]
    visit = "a visit is under way" if state["in_visit"] else "nobody is there"
    yield "state", f"{state['name']} for {duration(state['since_s'])}; {visit}; permit: {state['custody']}"
    where = ", ".join(filter(None, (status["site"], status["region"])))
    yield (
        "kiosk",
        f"{where}; version {status['version']}, process {status['process']}, up for {duration(status['uptime_s'])}",
    )
    yield "clock", f"{status['taken_at']}; {_clock(status['clock'])}"
    yield "messages", _messages(status["journal"])
    yield "step", _step(status["journal"])
    yield "retained", _retained(status["journal"])
    days = ", ".join(f"{whose} {left} days" for whose, left in status["certificate_days"].items())
    yield "certificates", f"{days} left" if days else "not looked at yet"


def _clock(clock: Mapping[str, Any] | None) -> str:
    if clock is None or clock["offset_s"] is None:
        return "central told no time yet"
    told = f"{clock['offset_s']:+.1f} s against central, {'' if clock['is_confirmed'] else 'not '}confirmed"
    return f"{told}; in doubt, set {clock['jumps']} times" if clock["is_in_doubt"] else told


def _messages(journal: Mapping[str, Any] | None) -> str:
    if journal is None:
        return "the journal was not read"
    waiting = journal["waiting"]
    if not waiting["messages"]:
        return "none waits for central"
    return f"{waiting['messages']} wait for central, the oldest for {duration(waiting['oldest_s'])}"


def _step(journal: Mapping[str, Any] | None) -> str:
    if journal is None:
        return "the journal was not read"
    return f"{journal['last_step']}, at {journal['last_step_at'] or '-'}; read {duration(journal['read_s'])} ago"


def _retained(journal: Mapping[str, Any] | None) -> str:
    if journal is None:
        return "the journal was not read"
    lost = journal["to_be_looked_for"]
    return f"{journal['retained']} permits" + (f", {lost} of them to be looked for" if lost else "")


def _devices(found: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for each in found:
        if each["state"] == "not_asked":
            yield each["name"], "not looked at yet"
            continue
        known = CATALOGUE.get(each["fault"])
        how = f"{known.code} {known.name}" if known is not None else each["fault"] or "ok"
        yield each["name"], f"{how} for {duration(each['since_s'])}, looked at {duration(each['looked_at_s'])} ago"


def _versions(versions: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield "versions", ", ".join(f"{name} {version}" for name, version in versions.items()) or "not gathered yet"


def duration(seconds: float) -> str:
    """In the two largest units: "3 d 4 h", "12 s"."""
    left = max(int(seconds), 0)
    parts: list[str] = []
    for size, unit in _UNITS:
        if left >= size and len(parts) < 2:
            parts.append(f"{left // size} {unit}")
            left %= size
        elif parts:
            break
    return " ".join(parts) or "0 s"


def _told(entries: list[tuple[str, str]], width: int) -> list[str]:
    return [line for head, text in entries for line in _wrapped(f"  {head}{_GAP if head else ''}", text, width)]


def _wrapped(head: str, text: str, width: int) -> list[str]:
    first, *rest = textwrap.wrap(text, max(width - len(head), 20)) or [""]
    return [head + first, *(" " * len(head) + line for line in rest)]
