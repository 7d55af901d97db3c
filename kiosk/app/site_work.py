"""Routes what people do at a site who look after the machine: closing and opening it, the bin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.domain.clock import Clock
from kiosk.journal.journal import Journal
from kiosk.runtime.workers import Worker
from kiosk.services.bin_records import BinRecords
from kiosk.services.effect_dispatch import EffectDispatcher, ServiceThread
from kiosk.services.service_state import ServiceState, ServiceStateService
from kiosk.workflow import effects as do

Beside = Callable[[Callable[[Worker], Any]], ServiceThread[Any]]
"""Makes a service thread for a service that is built so."""


def route_site_work(
    dispatcher: EffectDispatcher, beside: Beside, state: ServiceState, journal: Journal, clock: Clock
) -> None:
    """Route these effects to services on the thread that lets technicians in: no visit waits for it."""
    dispatcher.route(beside(lambda _: ServiceStateService(state, clock)), (do.ChangeServiceState,))
    dispatcher.route(beside(lambda _: BinRecords(journal)), (do.ListBin, do.NoteBinEmptied))
