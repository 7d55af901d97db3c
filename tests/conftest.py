"""Guards that hold for every test: nothing is left running, nothing is left open."""

from __future__ import annotations

import gc
import os
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from drivers.simulators.pcscd import PrivatePcscd
from tests.waiting import LIMIT_S

TERMINALS = {5, *range(136, 144)}  # major numbers of /dev/ptmx and /dev/pts (Linux: devices.txt)
FIRST_PAUSE_S, PAUSE_WITHOUT_COLLECTING_S, LAST_PAUSE_S = 0.001, 0.004, 0.032
PCSCD_DIR = pytest.StashKey[Path]()


# Hypothesis fails an example that takes longer than 200 ms, which a busy machine does.
settings.register_profile("facts", deadline=None)
settings.load_profile("facts")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--hardware", action="store_true", help="run the contract tests on real devices too")


def pytest_configure(config: pytest.Config) -> None:
    # libpcsclite takes its socket's path from the environment at its first use and keeps it for the process's life. Set
    # here, no test can reach the system's pcscd, where a developer's own cards may lie.
    run_dir = Path(tempfile.mkdtemp(prefix="pcscd-"))
    config.stash[PCSCD_DIR] = run_dir
    if not config.getoption("--hardware"):
        os.environ.update(PrivatePcscd(run_dir).environment)


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash[PCSCD_DIR], ignore_errors=True)


@pytest.fixture(scope="session")
def pcscd(pytestconfig: pytest.Config) -> Iterator[PrivatePcscd]:
    """The test run's own pcscd with a virtual reader. A test that stops it starts it again."""
    hardware = pytestconfig.getoption("--hardware")
    why_not = "with --hardware the system's pcscd is used" if hardware else PrivatePcscd.why_not()
    if why_not is not None:
        pytest.skip(f"no private pcscd: {why_not}")
    with PrivatePcscd(pytestconfig.stash[PCSCD_DIR]) as running:
        yield running


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # A worker of xdist is given a row of tests that stand together. Those that share what takes long to make stand at
    # the head of the first row: it is made by one worker, once.
    items.sort(key=_shares)
    if config.getoption("--hardware"):
        return
    unplugged = [item for item in items if "hardware" in item.keywords]
    for item in unplugged:
        items.remove(item)
    config.hook.pytest_deselected(items=unplugged)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    # What collecting makes stays to the end: looking for cycles in it is lost time while it grows, and afterwards half
    # a second for each of the many full collections that `nothing_left_behind` asks for.
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def _shares(item: pytest.Item) -> int:
    """0: the walk over the machine; 1: the windows of tests/screens; 2: the simulation that kiosks of their own process
    stand in; 3: syntax trees of our own files; 4: nothing.
    """
    if item.get_closest_marker("walk") is not None:
        return 0
    for number, fixture in enumerate(("windows", "shared_simulation"), start=1):
        if fixture in getattr(item, "fixturenames", ()):
            return number
    return 3 if item.nodeid.startswith(("tests/architecture/", "tests/unit/texts/test_locale.py")) else 4


def _open_links() -> set[str]:
    """Sockets and terminals that this process holds open."""
    links = set()
    for entry in os.scandir("/proc/self/fd"):
        try:
            about = os.fstat(int(entry.name))
        except OSError:
            continue
        if stat.S_ISSOCK(about.st_mode):
            links.add(f"{entry.name}: socket {about.st_ino}")
        elif stat.S_ISCHR(about.st_mode) and os.major(about.st_rdev) in TERMINALS:
            links.add(f"{entry.name}: terminal {os.minor(about.st_rdev)}")
    return links


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fail a test that leaves a thread, a socket or a terminal behind."""
    threads, links = set(threading.enumerate()), _open_links()
    yield
    deadline = time.monotonic() + LIMIT_S
    pause_s = FIRST_PAUSE_S
    while True:
        new_threads = [t for t in threading.enumerate() if t not in threads and t.is_alive()]
        new_links = _open_links() - links
        if not new_threads and not new_links:
            return
        if time.monotonic() > deadline:
            break
        # Most of what is left for a moment ends by itself; what hangs in a cycle needs to be collected.
        if pause_s > PAUSE_WITHOUT_COLLECTING_S:
            gc.collect()
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, LAST_PAUSE_S)
    pytest.fail(f"left behind: threads {[t.name for t in new_threads]}, links {sorted(new_links)}")
