"""A coupler for machines without pcscd: the virtual chip connects to it directly, by the same protocol as to vpcd."""

from __future__ import annotations

import socket
import time

from drivers.errors import LinkLost, LinkTimeout, NoChip
from drivers.simulators import vpcd_wire
from drivers.transport.base import ApduAnswer

DEVICE = "permit_chip"
ANSWER_S = 5.0  # a chip that takes longer is silent
ATR_S = 1.0


class DirectCoupler:
    """Listens on the loopback; `VpcdHost(coupler.url, …)` puts the chip on it, from any process. Port 0: any free
    one.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._listener: socket.socket | None = socket.create_server((host, port), backlog=16)
        self._url = f"direct://{host}:{self._listener.getsockname()[1]}"
        self._link: socket.socket | None = None
        self._count = 0  # of the chips that came

    @property
    def url(self) -> str:
        """The URL to which the chip's side connects."""
        return self._url

    def connect(self, timeout_s: float) -> DirectChip:
        """Wait for a chip and power it on. Raises `NoChip`, and `LinkLost` when this coupler is closed."""
        if self._listener is None:
            raise LinkLost("the coupler is closed", device=DEVICE)
        deadline = time.monotonic() + timeout_s
        while True:
            link = self._link or self._accept(self._listener, deadline, timeout_s)
            self._link = link
            try:
                return self._power(link)
            except OSError:
                self.hang_up(link)
            if time.monotonic() > deadline:
                raise NoChip(f"no chip answered within {timeout_s:g} s", device=DEVICE)

    def look(self) -> None:
        """Whether this coupler is open. Raises `LinkLost` when it is closed."""
        if self._listener is None:
            raise LinkLost("the coupler is closed", device=DEVICE)

    def presence(self) -> int | None:
        """See `WatchedSlot`. Raises `LinkLost` when this coupler is closed."""
        if self._listener is None:
            raise LinkLost("the coupler is closed", device=DEVICE)
        if self._link is not None and _has_left(self._link):
            self.hang_up(self._link)
        if self._link is None:
            try:
                self._link = self._accept(self._listener, time.monotonic(), 0.0)
            except NoChip:
                return None
        return self._count

    def _accept(self, listener: socket.socket, deadline: float, timeout_s: float) -> socket.socket:
        listener.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            link, _ = listener.accept()
        except TimeoutError:
            raise NoChip(f"no chip in the slot within {timeout_s:g} s", device=DEVICE) from None
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._count += 1
        return link

    def _power(self, link: socket.socket) -> DirectChip:
        link.settimeout(ATR_S)
        vpcd_wire.send(link, vpcd_wire.GET_ATR)
        atr = vpcd_wire.receive(link)
        if not atr:
            raise ConnectionError("the chip left")
        vpcd_wire.send(link, vpcd_wire.POWER_ON)
        link.settimeout(ANSWER_S)
        return DirectChip(self, link, atr)

    def hang_up(self, link: socket.socket) -> None:
        """Close this link, which is no longer usable."""
        link.close()
        if self._link is link:
            self._link = None

    def close(self) -> None:
        """Release the slot; may be called twice."""
        if self._link is not None:
            self.hang_up(self._link)
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()


def _has_left(link: socket.socket) -> bool:
    """Whether the chip's side has closed; what it sent stays there to be read."""
    usual_s = link.gettimeout()
    link.settimeout(0.0)
    try:
        return link.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        link.settimeout(usual_s)


class DirectChip:
    """One powered chip."""

    def __init__(self, coupler: DirectCoupler, link: socket.socket, atr: bytes) -> None:
        self._coupler = coupler
        self._link: socket.socket | None = link
        self._atr = atr

    @property
    def atr(self) -> bytes:
        """Answer to reset."""
        return self._atr

    def transmit(self, apdu: bytes) -> ApduAnswer:
        """Send one command. Raises `LinkLost` when the chip left, `LinkTimeout` when it is silent."""
        if self._link is None:
            raise LinkLost("the chip is closed", device=DEVICE)
        try:
            vpcd_wire.send(self._link, apdu)
            answer = vpcd_wire.receive(self._link)
        except TimeoutError:
            self._abandon()
            raise LinkTimeout("the chip is silent", device=DEVICE, waited_s=ANSWER_S) from None
        except OSError as error:
            self._abandon()
            raise LinkLost("the chip left its contacts", device=DEVICE) from error
        if answer is None or len(answer) < 2:
            self._abandon()
            raise LinkLost("the chip left its contacts", device=DEVICE)
        return ApduAnswer(answer[:-2], int.from_bytes(answer[-2:], "big"))

    def _abandon(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            self._coupler.hang_up(link)

    def close(self) -> None:
        """Power off; the chip stays on the contacts. May be called twice."""
        link, self._link = self._link, None
        if link is not None:
            try:
                vpcd_wire.send(link, vpcd_wire.POWER_OFF)
            except OSError:
                self._coupler.hang_up(link)
