"""Which cells there are, and processes that play them."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from drivers.simulators.pcscd import PrivatePcscd
from tests.torture.faults.cell import Finding, play
from tests.torture.faults.counter import Counter
from tests.torture.faults.tables import TABLES, Table

CellName = tuple[str, str]
"""(row, cause); "" is no cause: how the visit ends when nothing goes wrong."""

PROCESSES = 9
"""A cell waits more than it computes: on two cores nine processes are four times as fast as two."""

_TABLE_OF: dict[str, Table] = {row: table for table in TABLES for row in table.ways}
_counter: Counter | None = None


def every_cell() -> list[CellName]:
    """All cells of all tables, row by row; without those through pcscd where none can be had."""
    has_pcscd = PrivatePcscd.why_not() is None
    return [
        (row, cause)
        for table in TABLES
        for row in table.ways
        for cause in ("", *table.causes)
        if not cause or has_pcscd or not table.causes[cause].over_pcsc
    ]


def played(cells: Sequence[CellName], processes: int = PROCESSES) -> Iterator[Finding]:
    """Play cells in so many processes of their own; findings in the cells' order."""
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), initializer=open_counter) as pool:
        yield from pool.map(_play, cells, chunksize=4)


def played_here(counter: Counter, cells: Sequence[CellName]) -> list[Finding]:
    """The same in this process."""
    return [
        play(counter, row, _TABLE_OF[row].ways[row], _TABLE_OF[row].causes[cause] if cause else None)
        for row, cause in cells
    ]


def opened_counter() -> Counter:
    """This process's own."""
    assert _counter is not None
    return _counter


def open_counter() -> None:
    """Make one for this process, which plays cells until it ends."""
    global _counter
    # libpcsclite takes its socket's path from the environment at its first use, so before anything else.
    run_dir = Path(tempfile.mkdtemp(prefix="pcscd-"))
    pcscd = PrivatePcscd(run_dir)
    os.environ.update(pcscd.environment)
    stack = ExitStack()
    stack.callback(shutil.rmtree, run_dir, ignore_errors=True)
    has_pcscd = PrivatePcscd.why_not() is None
    if has_pcscd:
        stack.enter_context(pcscd)
    _counter = stack.enter_context(Counter(pcscd if has_pcscd else None))
    # A worker of the pool ends without a word to its modules; threads that run on would hold it for ever.
    main = threading.main_thread()

    def close() -> None:
        main.join()
        stack.close()

    threading.Thread(target=close, name="closing").start()


def _play(cell: CellName) -> Finding:
    [finding] = played_here(opened_counter(), [cell])
    return finding
