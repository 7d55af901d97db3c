"""What the running kiosk says of itself. It alone speaks to its devices, and its state is the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.config.settings import Config
from kiosk.control.client import MayNotAsk, NoAnswer, NobodyListens, ask_status
from kiosk.control.snapshot import Verdict
from kiosk.control.status_page import duration
from kiosk.diagnostics.finding import Finding, Findings, Outcome, failed, ok, skipped, warning
from kiosk.domain.faults import CATALOGUE, WORKER_HANGS
from kiosk.journal.state_lock import HOLDER, StateLock


@dataclass(frozen=True, slots=True)
class RunningKiosk:
    """`finding`: the line about it; `is_there`: a kiosk runs, so no device is opened; `verdict`: its own, None where
    none runs or it does not tell; `status`: what it tells.
    """

    finding: Finding
    is_there: bool
    verdict: Verdict | None = None
    status: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, config: Config) -> RunningKiosk:
        """Ask it, for at most three seconds."""
        try:
            return _told(ask_status(config.control.socket))
        except NobodyListens as error:
            holder = _holder(config)
            if holder is None or not holder.startswith(HOLDER):
                return cls(ok("none runs, so its devices are asked here"), is_there=False)
            said = f"{holder}, runs and does not listen ({error}): `control_closed` in its log says why; or it is older"
            return cls(Finding(Outcome.FAILED, said), is_there=True)
        except MayNotAsk as error:
            return cls(Finding(Outcome.FAILED, str(error)), is_there=True)
        except NoAnswer as error:
            return cls(failed(str(error), WORKER_HANGS), is_there=True)
        except (KeyError, TypeError, ValueError) as error:
            said = f"it tells what this program does not know ({type(error).__name__}): was it not restarted since an"
            return cls(Finding(Outcome.FAILED, f"{said} update?"), is_there=True)

    def found(self, name: str) -> Findings:
        """How the running kiosk found a device, or what it tells of like one."""
        if self.status is None:
            return [skipped("the running kiosk has it")]
        each = next((each for each in self.status["found"] if each["name"] == name), None)
        if each is None or each["state"] == "not_asked":
            return [skipped("the running kiosk has not looked at it yet")]
        how = f"as the running kiosk found it {duration(each['looked_at_s'])} ago; so for {duration(each['since_s'])}"
        fault = CATALOGUE.get(each["fault"])
        return [ok(how) if fault is None else failed(how, fault)]


def _told(status: Mapping[str, Any]) -> RunningKiosk:
    """Raises `KeyError`, `TypeError` or `ValueError` for a status of another version."""
    verdict, state = Verdict(status["verdict"]), status["state"]
    said = f"process {status['process']} is {state['name']} for {duration(state['since_s'])}"
    troubles = [f"{each['fault']} {each['about']}" for each in status["troubles"]]
    match verdict:
        case Verdict.SERVING:
            finding = ok(f"{said}, and serves")
        case Verdict.DEGRADED:
            finding = warning(f"{said}, and serves; {', '.join(troubles)}")
        case Verdict.NOT_IN_SERVICE:
            why = "; ".join([said, *state["details"], *troubles])
            finding = Finding(Outcome.FAILED, f"{why}; it serves nobody", CATALOGUE.get(state["fault"]))
    return RunningKiosk(finding, is_there=True, verdict=verdict, status=status)


def _holder(config: Config) -> str | None:
    try:
        return StateLock.holder(config.state_dir)
    except OSError:
        return None
