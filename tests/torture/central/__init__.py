"""Central under load and failure: how fast beside a bare endpoint, and what is left when its processes are killed.

Everything twice, on SQLite and on PostgreSQL, and with one process and two.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lobby.central_rig import request
from tests.lobby.postgres import PostgresServer
from tests.torture.central.instances import Central
from tests.torture.central.killing import run_killing
from tests.torture.central.load import Load, lay_on, request_bytes
from tests.torture.outcome import Outcome

CONNECTIONS = 16
KIOSKS = tuple(f"kiosk-{number}" for number in range(CONNECTIONS))
VISITORS = 4
ROUNDS, REQUESTS = 7, 600  # measured in turns, so that whatever else the machine does falls on both
KILLS = 40
TARGET = 0.35
SEED = 20261122


@dataclass(frozen=True, slots=True)
class Speed:
    """Authorisations and bare inserts in a second, the median of all rounds, and the median of their ratios."""

    central: float
    bare: float
    ratio: float
    wrong: tuple[str, ...]


def run(scale: float) -> Outcome:
    """See `tests.torture.outcome`."""
    lines, failed = [], 0
    rounds, requests = max(2, round(ROUNDS * min(scale, 1.0))), max(40, round(REQUESTS * scale))
    kills = max(3, round(KILLS * scale))
    for database in ("SQLite", "PostgreSQL"):
        why_not = PostgresServer.why_not() if database == "PostgreSQL" else None
        if why_not is not None:
            lines.append(f"{database}: not tried, {why_not}")
            continue
        for processes in (1, 2):
            with central_on(database) as central:
                speed = measure(central, processes, rounds, requests)
            failed += len(speed.wrong)
            lines += [_told(database, processes, speed), *speed.wrong[:3]]
        with central_on(database) as central:
            survived = run_killing(central, KIOSKS[:VISITORS], kills, SEED)
        failed += len(survived.wrong)
        lines += [
            f"{database}, two instances killed in turn: {survived.visits} visits, {survived.calls} calls,"
            f" {survived.kills} kills, {survived.moved} times to the other one, {len(survived.wrong)} things wrong",
            *survived.wrong[:5],
        ]
    return Outcome(tuple(lines), failed)


def measure(central: Central, processes: int, rounds: int, requests: int) -> Speed:
    """Rounds of the same requests, central and the bare endpoint in turns, both with as many processes."""
    with ExitStack() as stack:
        serving = [stack.enter_context(central.instance()).url for _ in range(processes)]
        bare = [stack.enter_context(central.bare()).url for _ in range(processes)]
        loads: list[tuple[Load, Load]] = []
        numbers = iter(range(1, 10**9))
        for turn in range(rounds + 1):
            posted = list(_authorisations(central, requests if turn else CONNECTIONS * 8, numbers))
            order = ((serving, b'"granted"'), (bare, b'"id"'))
            told = {
                expected: lay_on(urls, central.directory, KIOSKS, posted, expected)
                for urls, expected in (order if turn % 2 else order[::-1])
            }
            if turn:  # the first one warms up
                loads.append((told[b'"granted"'], told[b'"id"']))
    return Speed(
        statistics.median(ours.per_second for ours, _ in loads),
        statistics.median(theirs.per_second for _, theirs in loads),
        statistics.median(ours.per_second / theirs.per_second for ours, theirs in loads),
        tuple(wrong for pair in loads for load in pair for wrong in load.wrong),
    )


def _authorisations(central: Central, count: int, numbers: Iterator[int]) -> Iterator[bytes]:
    for who in central.people(count):
        asked = request(who)
        body = asked.model_dump_json().encode()
        yield request_bytes("/v1/endorsements", body, str(asked.endorsement_id), next(numbers))


def _told(database: str, processes: int, speed: Speed) -> str:
    of = "one process" if processes == 1 else f"{processes} processes"
    verdict = "" if speed.ratio >= TARGET else f" (below the target of {TARGET})"
    return (
        f"{database}, {of}: {speed.central:.0f} authorisations/s beside {speed.bare:.0f} bare inserts/s,"
        f" median ratio {speed.ratio:.2f}{verdict}"
    )


@contextmanager
def central_on(database: str, names: Sequence[str] = KIOSKS) -> Iterator[Central]:
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="central-")))
        url = f"sqlite:///{directory / 'central.db'}"
        if database == "PostgreSQL":
            # A commit waits for the disk on both: SQLite runs with synchronous = FULL.
            url = stack.enter_context(PostgresServer(synced=True)).new_database()
        yield stack.enter_context(Central(directory, url, names))
