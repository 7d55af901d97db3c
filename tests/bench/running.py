"""Each part of the bench in a process of its own."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context

from tests.bench.figures import Result


def measured(part: str, quick: bool) -> Result | str:
    """What a part found, or why it failed. libpcsclite keeps to the first pcscd that a process meets, so no two parts
    share one.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        running = pool.submit(_measure, part, quick)
        error = running.exception()
        return running.result() if error is None else f"{type(error).__name__}: {error}"


def _measure(part: str, quick: bool) -> Result:
    result: Result = import_module(f"tests.bench.{part.replace('-', '_')}").measure(quick)
    return result
