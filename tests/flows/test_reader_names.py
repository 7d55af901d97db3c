"""A PC/SC reader is named by its maker, not by us: whole kiosks before pcscds whose readers have such names."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.simulators.pcscd import PrivatePcscd
from drivers.transport.device_urls import reader_url
from kiosk.app.opening import read_opening
from kiosk.domain.devices import PERMIT_CHIP
from kiosk.domain.faults import COUPLER_LINK
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from tests.architecture.source import ROOT
from tests.conftest import PCSCD_DIR
from tests.flows.conftest import OpenPlace
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN
from tests.sampling import long_but

pytestmark = [pytest.mark.pcsc, pytest.mark.slow, pytest.mark.timeout(180)]

ENDING_S = 60.0

NAMES = {
    "as pcsc-lite names most USB readers": b"ACS ACR1252 CL Reader [ACR1252 Reader PICC]",
    "one bracket alone": b"Reader [",
    "the other bracket alone": b"] Reader",
    "everything that means something in a URL": b"100% Reader%20 #1? user:word@host/ a://b",
    "a full-width at": "Reader＠home".encode(),
    "blanks at the end of the maker's part": b"Reader   ",
    "as long as PC/SC can open": b"x" * 121,
    "Chinese": "华视读卡器".encode(),
    "Chinese in GBK, which is no UTF-8": "华视读卡器".encode("gbk"),
}
STARTED_WITH = {
    "as pcsc-lite names most USB readers",
    "everything that means something in a URL",
    "Chinese in GBK, which is no UTF-8",
}
EVERY_NAME = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
GBK = NAMES["Chinese in GBK, which is no UTF-8"]


@pytest.fixture
def named(pcscd: PrivatePcscd) -> Iterator[ExitStack]:
    """Room for another pcscd in the place of the test run's own, which this process's libpcsclite knows."""
    pcscd.stop()
    try:
        with ExitStack() as stack:
            yield stack
    finally:
        pcscd.start()


def _pcscd(named: ExitStack, pytestconfig: pytest.Config, name: bytes, neighbour: bytes | None = None) -> PrivatePcscd:
    return named.enter_context(PrivatePcscd(pytestconfig.stash[PCSCD_DIR], name, neighbour))


def _place(open_place: OpenPlace, pcscd: PrivatePcscd) -> KioskHarness:
    return open_place(chip=(reader_url(pcscd.reader_name), pcscd.vpcd_url))


def _said_by(*command: str) -> tuple[int, str, str]:
    """Exit status, output and complaints of one of our programs."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, timeout=ENDING_S, check=False
    )
    return done.returncode, done.stdout, done.stderr


@EVERY_NAME
def test_a_permit_is_renewed_through_a_reader_of_any_name(
    open_place: OpenPlace, named: ExitStack, pytestconfig: pytest.Config, name: bytes
) -> None:
    place = _place(open_place, _pcscd(named, pytestconfig, name))
    place.start_kiosk()
    place.plays(LIN.renewal())
    assert place.central_state() == "written"
    place.stop_kiosk()


@pytest.mark.parametrize("name", long_but(STARTED_WITH, NAMES.values(), names=NAMES))
def test_the_slot_is_configured_by_what_slots_prints_and_the_whole_program_starts_and_diagnoses_it(
    open_place: OpenPlace, named: ExitStack, pytestconfig: pytest.Config, name: bytes
) -> None:
    pcscd = _pcscd(named, pytestconfig, name)
    status, printed, _ = _said_by("drivers", "permit-chip", "slots")
    slots = printed.splitlines()
    assert (status, len(slots)) == (0, 2)
    url = slots[0] if slots[0].startswith("pcsc-hex://") else f"pcsc://{slots[0]}"
    place = open_place(chip=(url, pcscd.vpcd_url))
    config = str(place.config.state_dir.parent / "kiosk.toml")
    _, printed, complaints = _said_by("kiosk", "diagnose", "--json", "--config", config)
    checks = {check["name"]: check for check in json.loads(printed)["checks"]}
    assert (checks["permit_chip"]["outcome"], complaints) == ("ok", ""), checks["permit_chip"]
    assert slots[0] in checks["permit_chip"]["detail"]
    _starts_and_ends(config)


def _starts_and_ends(config: str) -> None:
    """`kiosk run` comes to its first screen, finds the slot well there, and ends when it is told to."""
    with subprocess.Popen(
        [sys.executable, "-m", "kiosk", "run", "--config", config],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SDL_VIDEODRIVER": "offscreen", "KIVY_NO_ARGS": "1"},
    ) as running:
        assert running.stderr is not None
        said = []
        for line in running.stderr:
            said.append(line)
            if '"after": "Idle"' in line:
                break
        running.send_signal(signal.SIGTERM)
        said.append(running.communicate(timeout=ENDING_S)[1])
    told = "".join(said)
    assert '"before": "Recovering", "after": "Idle"' in told, told
    assert "Traceback" not in told
    assert "3101" not in told


def test_another_programs_reader_with_a_name_that_is_no_utf8_hides_no_slot_and_closes_no_service(
    open_place: OpenPlace, named: ExitStack, pytestconfig: pytest.Config
) -> None:
    pcscd = _pcscd(named, pytestconfig, b"Reader [PICC]", neighbour=GBK)
    assert _said_by("drivers", "permit-chip", "slots") == (
        0,
        "".join(
            f"{slot}\n"
            for slot in (
                "Reader [PICC] 00 00",
                "Reader [PICC] 00 01",
                f"pcsc-hex://{(GBK + b' 00 00').hex().upper()}",
                f"pcsc-hex://{(GBK + b' 00 01').hex().upper()}",
            )
        ),
        "",
    )
    place = _place(open_place, pcscd)
    # No visit: vpcd 3.3 has one set of slots for all its readers, so the neighbour's would answer for ours.
    place.start_kiosk()
    place.sees(s.Idle)
    place.running.engine.post(on.DeviceFailed(COUPLER_LINK))
    place.sees(s.OutOfService)
    place.lets_pass()
    place.sees(s.Idle)  # the slot was looked at, and is well
    place.stop_kiosk()
    config = str(place.config.state_dir.parent / "kiosk.toml")
    _, printed, _ = _said_by("kiosk", "diagnose", "--json", "--config", config)
    checks = {check["name"]: check for check in json.loads(printed)["checks"]}
    assert checks["permit_chip"]["outcome"] == "ok"


def test_a_name_that_pcscd_lists_and_nobody_can_open_is_refused_at_the_start_with_what_to_do(
    open_place: OpenPlace, named: ExitStack, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    place = open_place()
    pcscd = _pcscd(named, pytestconfig, b"x" * 122)
    config = place.config.state_dir.parent / "kiosk.toml"
    url = place.config.devices[PERMIT_CHIP]
    config.write_text(config.read_text("utf-8").replace(url, f"pcsc://{pcscd.reader_name}"), "utf-8")
    (mistake,) = read_opening(config, ASSETS).mistakes  # shown as a page, and told in the log
    assert mistake.startswith("kiosk.toml: devices.permit_chip: ")
    assert "the name has 128 bytes and PC/SC opens none of more than 127; give the reader a shorter one" in mistake
