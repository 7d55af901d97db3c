"""Effects that more than one service thread carries out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from kiosk.domain.faults import Fault
from kiosk.journal.journal import NumberedCall, OutboundMessage
from kiosk.services.effect_dispatch import ServiceThread
from kiosk.services.job_times import BACKGROUND
from kiosk.services.journal_guard import JournalGuard
from kiosk.workflow import effects as do
from kiosk.workflow import events as on


def canceller(central: ServiceThread[Any], outbox: ServiceThread[Any]) -> Callable[[Any, Any], None]:
    """A handler that sends a cancellation after the call that may still bring the grant has ended.

    A central that has not yet received the request would answer that there is nothing to cancel, and grant it
    afterwards.
    """

    def carry_out(_: do.CancelEndorsement, __: Callable[[on.Event], None]) -> None:
        central.submit(
            lambda _: outbox.submit(lambda service: service.forward(), "forward", BACKGROUND.seconds), "hand on"
        )

    return carry_out


def message_of(effect: do.Effect, now: datetime) -> OutboundMessage | None:
    """The message that an effect sends to central by way of the outbox; None for any other effect."""
    if not isinstance(effect, do.CancelEndorsement | do.ReportCompletion):
        return None
    from kiosk.services.central import outbox

    return outbox.message_of(effect, now)


def call_of(effect: do.Effect) -> NumberedCall | None:
    """The call that an effect makes at once, if its number is written with the step that orders it; else None."""
    if not isinstance(effect, do.RequestEndorsement | do.Apply | do.OpenChipSession | do.SendChipAnswers):
        return None
    from kiosk.services.central import numbered_calls

    return numbered_calls.call_of(effect)


def standing_fault(
    workers: Callable[[], Fault | None],
    guard: JournalGuard,
    heartbeat: ServiceThread[Any],
    closed: Callable[[], Fault | None],
) -> Callable[[], Fault | None]:
    """A function that returns the fault that closes the kiosk whatever the devices answer: a hanging worker, a broken
    journal, or `closed()`, that people closed it. A broken journal is verified again at each call, until a technician
    has accepted it.
    """

    def standing() -> Fault | None:
        by_people = closed()
        if (fault := workers()) is not None:
            return fault
        if (fault := guard.fault) is not None:
            heartbeat.submit(lambda service: service.begin(), "heartbeat", BACKGROUND.seconds)
            return fault
        return by_people

    return standing
