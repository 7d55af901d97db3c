"""Runs every check in a thread of its own, so that one dead device neither hides nor delays other checks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType

from kiosk.config.settings import Config
from kiosk.config.settings_table import Mistake
from kiosk.diagnostics import central_checks, device_checks, file_checks
from kiosk.diagnostics.disk_check import disk
from kiosk.diagnostics.display_check import display
from kiosk.diagnostics.finding import Finding, Findings, Outcome, failed, ok, skipped
from kiosk.diagnostics.journal_check import journal
from kiosk.diagnostics.journal_rights import journal_rights
from kiosk.diagnostics.key_rights import key_rights
from kiosk.diagnostics.kiosk_user import KioskUser
from kiosk.diagnostics.report import CheckResult, Report
from kiosk.diagnostics.running_kiosk import RunningKiosk
from kiosk.diagnostics.support_check import support_certificate
from kiosk.diagnostics.time_allowance import TimeAllowance
from kiosk.diagnostics.versions import program_versions
from kiosk.diagnostics.voice_check import voice
from kiosk.domain.clock import Clock
from kiosk.domain.devices import PERMIT_CHIP, Device
from kiosk.domain.faults import CONFIGURATION, COUPLER_LINK, DISK_FULL, STATE_DIRECTORY, Fault
from kiosk.services.device_health import JOURNAL

LIMIT_S = 15.0
"""Seconds, twice those of the slowest check on a silent device. A check that takes longer hangs in a system call."""

Run = Callable[[Config, Clock, TimeAllowance], Findings]


@dataclass(frozen=True, slots=True)
class Check:
    """One check, which may ask its `TimeAllowance` for time when it knows how much it has to do. `needs`: keys of the
    configuration without which it cannot be run; `silent`: the fault where it does not come back.
    """

    name: str
    run: Run
    needs: tuple[str, ...] = ()
    silent: Fault | None = None


def quick(
    name: str, run: Callable[[Config, Clock], Findings], needs: tuple[str, ...] = (), silent: Fault | None = None
) -> Check:
    """A check that needs no more time than the usual limit."""
    return Check(name, lambda config, clock, _: run(config, clock), needs, silent)


def _file_needs(device: Device) -> tuple[str, ...]:
    return (f"devices.{device.name}", f"files.{device.name}") if device.is_optional else (f"files.{device.name}",)


def _device_needs(device: Device) -> tuple[str, ...]:
    return (f"devices.{device.name}", *(() if device.device_file is None else (f"files.{device.name}",)))


_SILENT = {PERMIT_CHIP: COUPLER_LINK}
_CENTRAL = tuple(f"central.{key}" for key in ("url", "ca", "certificate", "key"))

CHECKS: tuple[Check, ...] = (
    quick("region_file", file_checks.region_file, ("files.region",)),
    quick("permit_files", file_checks.permit_files, ("files.permits",)),
    *(quick(f"{each.name}_file", device_checks.file_check(each), _file_needs(each)) for each in device_checks.READERS),
    quick("screen_file", file_checks.screen_file, ("files.screen",)),
    quick("display", display, ("files.screen", "fullscreen")),
    quick("key_rights", key_rights, ("central.key",)),
    quick("grant_keys", file_checks.grant_keys, ("central.grant_keys",)),
    *(
        quick(device.name, check, _device_needs(device), _SILENT.get(device))
        for device, check in device_checks.OF_DEVICES.items()
    ),
    quick("certificates", central_checks.certificates, ("central.ca", "central.certificate")),
    quick("support_certificate", support_certificate, ("support.certificate",)),
    quick("central", central_checks.central, _CENTRAL),
    quick("clock", central_checks.clock, _CENTRAL),
    quick("disk", disk, ("state_dir",), DISK_FULL),
    quick("journal_rights", journal_rights, ("state_dir",), STATE_DIRECTORY),
    Check("journal", journal, ("state_dir", "journal.hash"), DISK_FULL),
    quick("fonts", file_checks.fonts),
    quick("locale", file_checks.locale, ("languages",)),
    quick("voice", voice, ("languages", "sound.headphone_jack")),
)


def diagnose(
    config: Config,
    mistakes: Sequence[Mistake],
    clock: Clock,
    checks: Sequence[Check] = CHECKS,
    within_s: float = LIMIT_S,
    tell: Callable[[str], None] = lambda line: None,
) -> Report:
    """Run every check that is possible in spite of the configuration's mistakes. No permit is moved, nothing personal
    is read.

    Takes at most `within_s` seconds, plus 3 s for a running kiosk and 2 s for versions, plus the extra time that a long
    check asks for. Such a check reports its progress to `tell`, on its own thread. While a kiosk runs no device is
    opened: the kiosk tells how it found them. Whoever is neither root nor the kiosk's user is told so, and nothing else
    is checked, because every check would find that user's rights.
    """
    wrong = {mistake.key for mistake in mistakes}
    user, running = KioskUser.of(config), RunningKiosk.of(config)
    checks = [_beside(check, user, running, config) for check in checks]
    threads = [_CheckThread(check, config, clock, wrong, TimeAllowance(tell)) for check in checks]
    for thread in threads:
        thread.start()
    versions = program_versions()
    deadline = time.monotonic() + within_s
    results = [_result("user", user.finding() if running.verdict is None else ok(user.finding().detail))]
    results += [_result("configuration", finding) for finding in _configuration(config, mistakes)]
    results.append(_result("kiosk", running.finding))
    for thread in threads:
        thread.await_until(deadline)
        for finding in thread.findings:
            results.append(_result(thread.check.name, finding))
            versions |= finding.versions
    return Report(tuple(results), versions, running.verdict, running.status)


def _beside(check: Check, user: KioskUser, running: RunningKiosk, config: Config) -> Check:
    """The check as this user may carry it out beside this kiosk."""
    if not user.is_known:
        return quick(check.name, lambda *_: [skipped(f"ask as {user.name} or as root")])
    device = next((device for device in device_checks.OF_DEVICES if device.name == check.name), None)
    is_the_kiosks = device is not None and bool(config.devices[device])
    is_told = check.name == JOURNAL and not user.is_asking and running.status is not None
    if running.is_there and (is_the_kiosks or is_told):
        return replace(quick(check.name, lambda *_: running.found(check.name)), needs=check.needs)
    return check


def _configuration(config: Config, mistakes: Sequence[Mistake]) -> Findings:
    if mistakes:
        return [failed(mistake.line, CONFIGURATION) for mistake in mistakes]
    return [ok(f"{config.kiosk_name}, {config.site}")]


def _result(name: str, finding: Finding) -> CheckResult:
    return CheckResult(name, finding.outcome, finding.detail, finding.fault)


class _CheckThread(threading.Thread):
    """A daemon, because a check that hangs in the C library must not keep the program from ending."""

    def __init__(self, check: Check, config: Config, clock: Clock, wrong: set[str], patience: TimeAllowance) -> None:
        super().__init__(name=f"check {check.name}", daemon=True)
        self.check = check
        self._config = config
        self._clock = clock
        self._wrong = wrong
        self._patience = patience
        self.findings: Findings = [Finding(Outcome.FAILED, "the check did not come back in time", check.silent)]

    def run(self) -> None:
        if self._wrong.intersection(self.check.needs) or (self.check.needs and "" in self._wrong):
            self.findings = [skipped("cannot be asked with this configuration")]
            return
        guard = _Guard()
        with guard:
            self.findings = self.check.run(self._config, self._clock, self._patience)
        if guard.raised is not None:
            self.findings = [Finding(Outcome.FAILED, f"the check itself broke: {guard.raised}")]

    def await_until(self, deadline: float) -> None:
        """Wait until the check is done, or until `deadline` (monotonic) plus its extra time."""
        while self.is_alive() and (left_s := deadline + self._patience.more_s - time.monotonic()) > 0:
            self.join(left_s)


class _Guard:
    """Catches any exception of a check and keeps its type. The text is not kept, because it may be personal."""

    def __init__(self) -> None:
        self.raised: str | None = None

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.raised = None if kind is None else kind.__name__
        return True
