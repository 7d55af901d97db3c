"""Why a device on a serial port does not answer: what `diagnose` finds on pseudo-terminals with simulated devices."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.simulators.activity import ActivityLog
from drivers.simulators.direct_link import DirectCoupler
from drivers.simulators.pty_line import PtyLine
from drivers.simulators.residents import Residents, load_residents
from drivers.simulators.rig import Rig
from drivers.transport.urls import open_bytes
from drivers.typeface import Typeface
from kiosk.config.device_urls import DeviceUrls
from kiosk.config.settings import Config, load_config
from kiosk.diagnostics import device_checks
from kiosk.diagnostics.finding import Finding, Outcome
from kiosk.diagnostics.kiosk_user import KioskUser
from kiosk.diagnostics.port_holder import PortHolder
from kiosk.diagnostics.serial_causes import flaw_of_port
from kiosk.domain.clock import SystemClock
from kiosk.domain.devices import ID_READER, PERMIT_UNIT, RECEIPT_PRINTER, Device
from tests.lobby.production_site import GOOD, written
from tests.waiting import LIMIT_S

CLOCK = SystemClock()
ME = KioskUser(os.geteuid())
IS_ROOT = os.geteuid() == 0
OPENS = """
import os, sys
held = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
if len(sys.argv) > 2:
    import fcntl
    fcntl.flock(held, fcntl.LOCK_EX)
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def residents() -> Residents:
    return replace(load_residents(), permits={})


@pytest.fixture
def rig(tmp_path: Path, residents: Residents) -> Iterator[Rig]:
    (tmp_path / "rig").mkdir()
    with closing(DirectCoupler()) as coupler:
        rig = Rig(tmp_path / "rig", residents, 0.0, coupler.url, Typeface(()))
        rig.start()
        yield rig
        rig.stop()


def config_of(tmp_path: Path, urls: dict[Device, str]) -> Config:
    config = load_config(written(tmp_path, GOOD), ASSETS)
    return replace(config, devices=DeviceUrls({**config.devices.by_device, **urls}), state_dir=tmp_path)


def at_speed(url: str, baud: int) -> str:
    return f"{url.partition('?')[0]}?baud={baud}"


def told(findings: object) -> tuple[Outcome, str | None, str]:
    (finding,) = findings if isinstance(findings, list) else []
    assert isinstance(finding, Finding)
    return finding.outcome, None if finding.fault is None else finding.fault.code, finding.detail


def test_a_unit_at_another_speed_is_told_so_and_the_next_run_after_mending_is_clean(tmp_path: Path, rig: Rig) -> None:
    right = rig.urls["permit_unit"]
    wrong = config_of(tmp_path, {PERMIT_UNIT: at_speed(right, 9600)})
    assert told(device_checks.permit_unit(wrong, CLOCK)) == (
        Outcome.FAILED,
        "6503",
        "it answers at 38400 bit/s, the configuration says 9600: ?baud=38400 in its URL",
    )
    outcome, _, _ = told(device_checks.permit_unit(config_of(tmp_path, {PERMIT_UNIT: right}), CLOCK))
    assert outcome is Outcome.OK


@pytest.mark.parametrize("left_over", [b"\x02AT+GCAP\r", b"\x10", b"\xff" * 300])
def test_what_another_program_left_in_the_unit_is_no_fault(tmp_path: Path, rig: Rig, left_over: bytes) -> None:
    url = rig.urls["permit_unit"]
    with closing(open_bytes(url)) as link:
        link.write(left_over)
    assert told(device_checks.permit_unit(config_of(tmp_path, {PERMIT_UNIT: url}), CLOCK))[0] is Outcome.OK


def test_a_printer_at_another_speed_is_told_so_and_keeps_nobody_from_service(tmp_path: Path) -> None:
    def answer(data: bytes) -> None:
        line.send(b"\x12" * data.count(b"\x10\x04"))  # DLE EOT n: online, cover closed, with paper

    line = PtyLine("printer", answer, ActivityLog(), 0.0, tmp_path / "printer", baud=19200)
    url = line.start()
    try:
        right = told(device_checks.receipt_printer(config_of(tmp_path, {RECEIPT_PRINTER: url}), CLOCK))
        wrong = config_of(tmp_path, {RECEIPT_PRINTER: at_speed(url, 9600)})
        found = told(device_checks.receipt_printer(wrong, CLOCK))
    finally:
        line.stop()
    assert right[0] is Outcome.OK
    assert found == (
        Outcome.FAILED,
        "4201",
        "it answers at 19200 bit/s, the configuration says 9600: ?baud=19200 in its URL",
    )


def test_swapped_ports_are_told_as_what_they_are_on_both_sides(tmp_path: Path, rig: Rig) -> None:
    reader, unit = rig.urls["id_reader"], rig.urls["permit_unit"]
    swapped = config_of(tmp_path, {ID_READER: at_speed(unit, 115200), PERMIT_UNIT: at_speed(reader, 38400)})
    outcome, code, detail = told(device_checks.permit_unit(swapped, CLOCK))
    assert (outcome, code) == (Outcome.FAILED, "6503")
    assert detail.startswith("what answers here is an identity reader, at 115200 bit/s: are the ports of")
    outcome, code, detail = told(device_checks.id_reader(swapped, CLOCK))
    assert (outcome, code) == (Outcome.FAILED, "6503")
    assert detail.startswith("what answers here is a permit unit, at 38400 bit/s: are the ports of")


# -- another program ---------------------------------------------------------------------------------------------------


@contextmanager
def opened_by(name: str, port: Path, *options: str) -> Iterator[int]:
    """A process of this name has the port open; its number."""
    command = [name, "-c", OPENS, str(port), *options]
    with subprocess.Popen(command, executable=sys.executable, stdin=-1, stdout=-1) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"open\n"
        yield process.pid
        process.stdin.close()
        process.wait(LIMIT_S)


def port_of(url: str) -> Path:
    return Path(url.removeprefix("serial://").partition("?")[0])


def test_who_holds_the_units_port_is_named_with_what_to_do(tmp_path: Path, rig: Rig) -> None:
    url = rig.urls["permit_unit"]
    config = config_of(tmp_path, {PERMIT_UNIT: url})
    with opened_by("ModemManager", port_of(url), "locked") as process:
        outcome, code, detail = told(device_checks.permit_unit(config, CLOCK))
    assert (outcome, code) == (Outcome.FAILED, "2101")
    assert detail.startswith(f"its port is held by process {process} (ModemManager -c")
    assert detail.endswith('systemctl disable --now ModemManager`, or ENV{ID_MM_DEVICE_IGNORE}="1" in the udev rules')
    assert told(device_checks.permit_unit(config, CLOCK))[0] is Outcome.OK


def test_who_reads_beside_a_silent_unit_without_a_lock_is_named(tmp_path: Path, rig: Rig) -> None:
    url = rig.urls["permit_unit"]
    rig.fault("permit_unit", "silent")
    with opened_by("cat", port_of(url)) as process:
        outcome, code, detail = told(device_checks.permit_unit(config_of(tmp_path, {PERMIT_UNIT: url}), CLOCK))
    assert (outcome, code) == (Outcome.FAILED, "6503")
    assert detail.startswith(f"process {process} (cat -c")
    assert "open too, and takes the answers" in detail


@pytest.mark.parametrize(
    ("command", "remedy"),
    [
        ("ModemManager --debug", "it looks for modems on serial ports"),
        ("brltty --no-daemon", "it takes serial ports for Braille displays"),
        ("python -BEs -m kiosk run --config x", "it is another kiosk"),
        ("python -m drivers permit-unit status", "it is a command of this program"),
        ("minicom", "end it"),
        ("", "end it"),
    ],
)
def test_each_kind_of_holder_has_its_remedy(command: str, remedy: str) -> None:
    assert PortHolder(12, command).remedy.startswith(remedy)


# -- the port ----------------------------------------------------------------------------------------------------------


def test_a_missing_port_is_told_beside_those_that_are_there(tmp_path: Path) -> None:
    dev = tmp_path / "dev"
    (dev / "serial" / "by-id").mkdir(parents=True)
    (dev / "ttyUSB0").touch()
    (dev / "serial" / "by-id" / "usb-Star_TCP300-if00").symlink_to(dev / "ttyUSB0")
    missing = dev / "kiosk-permit-unit"
    assert flaw_of_port(missing, ME, dev) == (
        f"there is no {missing}: it is unplugged, or no udev rule names it so; ports here:"
        " serial/by-id/usb-Star_TCP300-if00 → ttyUSB0, ttyUSB0"
    )
    assert flaw_of_port(tmp_path / "none", ME, tmp_path / "empty") == (
        f"there is no {tmp_path / 'none'}: it is unplugged, or no udev rule names it so; there is no other serial port"
        f" in {tmp_path / 'empty'}"
    )


def test_a_file_in_the_ports_place_is_no_device(tmp_path: Path) -> None:
    (tmp_path / "port").touch()
    assert flaw_of_port(tmp_path / "port", ME) == f"{tmp_path / 'port'} is no device"


@pytest.mark.skipif(not IS_ROOT, reason="only root can ask for another user")
def test_a_port_that_the_kiosks_user_may_not_use_is_told_with_the_udev_rule_even_to_root(rig: Rig) -> None:
    port = port_of(rig.urls["permit_unit"]).resolve()
    port.chmod(0o660)
    assert flaw_of_port(port, ME) is None
    flaw = flaw_of_port(port, KioskUser(65534))
    assert flaw is not None
    assert flaw.startswith(f"user nobody may not use {port} (root:")
    assert '0660): GROUP="nobody" in its udev rule' in flaw


def test_a_device_that_is_only_silent_is_the_link(tmp_path: Path, rig: Rig) -> None:
    rig.fault("receipt_printer", "silent")
    config = config_of(tmp_path, {RECEIPT_PRINTER: rig.urls["receipt_printer"]})
    assert told(device_checks.receipt_printer(config, CLOCK))[:2] == (Outcome.FAILED, "4101")
