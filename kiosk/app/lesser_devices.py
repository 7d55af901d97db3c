"""The devices that a visit can do without, of those that the kiosk has.

Whatever becomes of one of them, its line or its thread, visits go on with less: no receipt, no licence by telephone. It
closes nothing, and the program is not started anew for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kiosk.domain.devices import CODE_SCANNER, DEVICES, RECEIPT_PRINTER, Device
from kiosk.domain.faults import CODE_SCANNER_LINK, PRINTER_LINK, Fault
from kiosk.runtime.crew import Crew
from kiosk.services.device_health import DeviceHealth
from kiosk.services.effect_dispatch import EffectDispatcher, Handler, Post, ServiceThread, on_thread
from kiosk.services.idle_watch import IdleWatch
from kiosk.workflow import effects as do
from kiosk.workflow import events as on

LESSER = frozenset(device.name for device in DEVICES if not device.visits_need_it)
"""Their names, which are those of their threads."""

_PRINTS = (do.PrintReceipt, do.PrintApplicationSlip, do.PrintStatusSlip)


class LesserDevices:
    """`threads`: of those that there are; their workers are of `crew`. `changed()`: one of them works again or no more;
    from any thread.
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

    def route(self, dispatcher: EffectDispatcher) -> None:
        """Let them carry out what is theirs, and be looked at while nobody is served."""
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
        dispatcher.handle_inline(do.CheckDevices, IdleWatch(self._threads, self._health, self._changed).carry_out)

    def claim(self) -> None:
        """Take the code scanner before anybody needs it."""
        if (scanner := self._threads.get(CODE_SCANNER)) is not None:
            scanner.submit(lambda service: service.claim(), "claim")

    def look_after(self) -> None:
        """Take note of those whose thread hangs or has ended; from a thread that looks often."""
        for device in self._threads:
            trouble = self._crew.trouble_of(device.name)
            if trouble is not None and self._health.note(device.name, trouble):
                self._changed()

    def paper_trouble(self) -> Fault | None:
        """Why nothing would be printed now, as far as is known."""
        return self._health.fault(RECEIPT_PRINTER.name)

    def _or_tell(self, device: Device, thread: ServiceThread[Any], instead: on.Event) -> Handler:
        """What is handed to a thread that does nothing any more would be waited for until the deadline."""
        carry_out = on_thread(thread)

        def carry_out_or_tell(effect: do.Effect, post: Post) -> None:
            if self._crew.trouble_of(device.name) is None:
                carry_out(effect, post)
            else:
                post(instead)

        return carry_out_or_tell
