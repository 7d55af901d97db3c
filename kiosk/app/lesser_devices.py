"""The devices of this kiosk that visits can do without.

If one of them, its line or its thread fails, visits go on without receipts or without licence codes. Such a fault never
closes the kiosk and never restarts the program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from kiosk.domain.devices import CODE_SCANNER, DEVICES, RECEIPT_PRINTER, Device
from kiosk.domain.faults import CODE_SCANNER_LINK, PRINTER_LINK, Fault
from kiosk.runtime.crew import Crew
from kiosk.services.device_health import DeviceHealth
from kiosk.services.effect_dispatch import EffectDispatcher, Handler, Post, ServiceThread, on_thread
from kiosk.services.idle_watch import IdleWatch
from kiosk.services.part_tests import Look
from kiosk.workflow import effects as do
from kiosk.workflow import events as on

LESSER = frozenset(device.name for device in DEVICES if not device.visits_need_it)
"""Names of these devices, and of their threads."""

_PRINTS = (do.PrintReceipt, do.PrintApplicationSlip, do.PrintStatusSlip, do.PrintHandOverList)


class LesserDevices:
    """The lesser devices of one kiosk. `threads`: one for each that exists; their workers belong to `crew`. `changed()`
    is called, on any thread, when one of them fails or works again.
    """

    def __init__(
        self,
        threads: Mapping[Device, ServiceThread[Any]],
        crew: Crew,
        health: DeviceHealth,
        changed: Callable[[], None],
    ) -> None:
        self._threads = threads
        self._crew = crew
        self._health = health
        self._changed = changed
        self._watch = IdleWatch(threads, health, changed)

    def route(self, dispatcher: EffectDispatcher) -> None:
        """Route their effects to them, and the check that is made while nobody is served."""
        printer, scanner = self._threads[RECEIPT_PRINTER], self._threads.get(CODE_SCANNER)
        for effect in _PRINTS:
            dispatcher.handle_inline(
                effect, self._or_tell(RECEIPT_PRINTER, printer, on.ReceiptNotPrinted(PRINTER_LINK))
            )
        dispatcher.route(printer, (do.ClearPersonalData,))
        if scanner is not None:
            failed = on.CodeScannerFailed(CODE_SCANNER_LINK)
            dispatcher.handle_inline(do.ReadLicenceCode, self._or_tell(CODE_SCANNER, scanner, failed))
            dispatcher.route(scanner, (do.StopCodeScanner, do.ClearPersonalData))
        dispatcher.handle_inline(do.CheckDevices, self._watch.carry_out)

    def claim(self) -> None:
        """Open the code scanner before it is needed."""
        if (scanner := self._threads.get(CODE_SCANNER)) is not None:
            scanner.submit(lambda service: service.claim(), "claim")

    def look_after(self) -> None:
        """Note devices whose thread hangs or has ended. Call at short intervals, from one thread."""
        for device in self._threads:
            trouble = self._crew.trouble_of(device.name)
            if trouble is not None and self._health.note(device.name, trouble):
                self._changed()

    def looks(self) -> dict[str, Look]:
        """By name, how each is asked how it is."""
        return {device.name: partial(self._watch.look, device) for device in self._threads}

    def paper_trouble(self) -> Fault | None:
        """Why nothing can be printed now, as far as is known; None if nothing is."""
        return self._health.fault(RECEIPT_PRINTER.name)

    def _or_tell(self, device: Device, thread: ServiceThread[Any], instead: on.Event) -> Handler:
        """A handler that posts `instead` at once where the thread is dead; the machine would wait for the deadline."""
        carry_out = on_thread(thread)

        def carry_out_or_tell(effect: do.Effect, post: Post) -> None:
            if self._crew.trouble_of(device.name) is None:
                carry_out(effect, post)
            else:
                post(instead)

        return carry_out_or_tell
