"""Connects simulated permits to a coupler: vpcd (or `DirectCoupler`) sees the chip of the permit at the station."""

from __future__ import annotations

import socket
import threading
import time

from drivers.simulators import vpcd_wire
from drivers.simulators.activity import ActivityLog
from drivers.simulators.chip_time import MUTE_S, answer_in_time
from drivers.simulators.permit import Chip, PermitLocation, SimulatedPermit

RETRY_S = 0.05  # between tries to reach a coupler that is not there (pcscd restarting)
# pcscd polls for a chip every 400 ms. If one goes and another comes in between, it may take the slot as empty until the
# next removal (pcsc-lite 1.9.9, after a failed power-down). A real permit cannot come and go as fast.
POLL_S = 0.5


class VpcdHost:
    """The contacts of one slot. `pace` 1.0 takes a real chip's time for every command, 0.0 none.

    It follows every move by `SimulatedPermit.move_to`. It works across processes, because the two sides share only the
    URL.
    """

    def __init__(self, vpcd_url: str, activity: ActivityLog, pace: float = 1.0) -> None:
        self._url = vpcd_url
        self._activity = activity
        self._pace = pace
        self._changed = threading.Condition()
        self._lying: Chip | None = None
        self._link: socket.socket | None = None
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._off_since = 0.0

    def start(self) -> str:
        """Begin to serve; returns the coupler's URL."""
        if self._thread is not None:
            raise RuntimeError("already started")
        self._stopping = False
        self._off_since = time.monotonic()  # another host may just have released the same contacts
        self._thread = threading.Thread(target=self._run, name="vpcd-host", daemon=True)
        self._thread.start()
        return self._url

    def stop(self) -> None:
        """Take everything off the contacts and end; may be called twice."""
        with self._changed:
            self._stopping = True
            self._hang_up()
            self._changed.notify_all()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def attach(self, permit: SimulatedPermit) -> None:
        """Follow this permit from now on: at the station its chip is on the contacts, elsewhere it is not."""
        permit.watch(self._moved)
        self._moved(permit)

    def _moved(self, permit: SimulatedPermit) -> None:
        if permit.chip is not None and permit.place is PermitLocation.STATION:
            self.lay(permit.chip)
        elif permit.chip is not None:
            self.lift(permit.chip)

    def lay(self, chip: Chip) -> None:
        """Put a chip on the contacts, in place of any other."""
        with self._changed:
            if self._lying is not chip:
                self._hang_up()
                self._lying = chip
            self._changed.notify_all()

    def lift(self, chip: Chip) -> None:
        """Take this chip off the contacts, if it is there."""
        with self._changed:
            if self._lying is chip:
                self._lying = None
                self._hang_up()
            self._changed.notify_all()

    def _hang_up(self) -> None:
        if self._link is not None:
            # Only shut down here: the serving thread, which may be reading, closes it.
            try:
                self._link.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # the other end was faster

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopping or self._lying is not None)
                if self._stopping or self._lying is None:
                    return
                chip = self._lying
            self._stay_off()
            try:
                link = vpcd_wire.open_vpcd(self._url)
            except OSError:
                self._pause(RETRY_S)
                continue
            with link:
                self._serve_while_lying(link, chip)
            self._off_since = time.monotonic()

    def _stay_off(self) -> None:
        """Wait until the coupler must have seen that the last chip is gone."""
        needed_s = RETRY_S if vpcd_wire.sees_at_once(self._url) else POLL_S
        self._pause(max(0.0, self._off_since + needed_s - time.monotonic()))

    def _serve_while_lying(self, link: socket.socket, chip: Chip) -> None:
        with self._changed:
            if self._stopping or self._lying is not chip:
                return
            self._link = link
        try:
            self._serve(link, chip)
        except OSError:
            return  # the coupler hung up; the next turn calls again
        finally:
            with self._changed:
                self._link = None
            chip.power_off()

    def _serve(self, link: socket.socket, chip: Chip) -> None:
        while (message := vpcd_wire.receive(link)) is not None:
            if message == vpcd_wire.POWER_OFF:
                chip.power_off()
            elif message in (vpcd_wire.POWER_ON, vpcd_wire.RESET):
                chip.power_off()
                chip.power_on()
            elif message == vpcd_wire.GET_ATR:
                atr = chip.atr()
                if not atr:
                    self._pause(MUTE_S)
                    return
                vpcd_wire.send(link, atr)
            else:
                answer = answer_in_time(chip, message, self._activity, self._pace, self._pause)
                if not answer:
                    # vpcd hangs for ever on an empty answer; a chip that a reader has given up on looks like one
                    # removed.
                    self._pause(MUTE_S * self._pace)
                    return
                vpcd_wire.send(link, answer)

    def _pause(self, duration_s: float) -> None:
        """Wait, but not beyond `stop`."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, timeout=duration_s)
