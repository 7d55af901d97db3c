"""Everything a driver may raise, grouped by who must act.

`TransportError`: reopen the port. `ProtocolError`: resynchronise, then reset the device. `DeviceError`: a person acts
on
the machine (site staff clears it, or an engineer repairs it; XFS4IoT error actions *clear* and *maintenance*).
`PermitError`: it is about this permit, not about the machine.

Data rides on the exception; the message carries numbers, never personal data. `ValueError` and `AssertionError` mean
that
the program is wrong and are never caught by a service.
"""

from __future__ import annotations


class DriverError(Exception):
    """Root of the tree. `device` is the glossary's name, such as id_reader."""

    def __init__(self, message: str, *, device: str = "") -> None:
        super().__init__(message)
        self.device = device


class TransportError(DriverError):
    """The bytes do not move: reopen the port."""


class LinkLost(TransportError):
    """The port is gone: unplugged, closed by the peer, pcscd stopped."""


class ServiceLost(LinkLost):
    """The program between us and the device does not serve: pcscd is stopped. The device may be well."""


class ServiceSilent(ServiceLost):
    """That program takes what it is sent and does not answer: pcscd hangs, or the reader below it does. What it was
    sent last may still be carried out; the device is not asked again before it is known to be over.
    """


class LinkBusy(LinkLost):
    """Another program holds the port; nothing was sent."""


class LinkTimeout(TransportError):
    """The peer is silent. `waited_s`: how long we listened."""

    def __init__(self, message: str, *, device: str = "", waited_s: float = 0.0) -> None:
        super().__init__(message, device=device)
        self.waited_s = waited_s


class ProtocolError(DriverError):
    """The bytes move and make no sense: resynchronise, then reset."""


class FrameCorrupt(ProtocolError):
    """A frame with a wrong check sum or an impossible length."""


class UnexpectedReply(ProtocolError):
    """A well-formed answer to a question we did not ask, or a refusal that the manual does not foresee."""


class NotInitialised(ProtocolError):
    """The device has forgotten everything (its power was gone) and does nothing before it is initialised."""


class DeviceError(DriverError):
    """A person must act on the machine. `status` is the device's own code."""

    def __init__(self, message: str, *, device: str = "", status: int | None = None) -> None:
        super().__init__(message, device=device)
        self.status = status


class PermitJammed(DeviceError):
    """The permit is stuck in the path (XFS: media jammed)."""


class CoverOpen(DeviceError):
    """A cover or door is open; closing it resets the device and loses its buffers."""


class PaperOut(DeviceError):
    """No paper; what was sent may be half printed."""


class BinFull(DeviceError):
    """The retain bin takes no more permits (XFS: retain bin full)."""


class NeedsRepair(DeviceError):
    """A motor, a head, a memory: an engineer acts (XFS: maintenance)."""


class NothingToProcess(DeviceError):
    """The unit holds no permit that it could act on; nothing moved."""


class PermitError(DriverError):
    """About this permit, not about the machine."""


class NoChip(PermitError):
    """No answer to reset: no chip, upside down, or dead."""


class NotAPermit(PermitError):
    """A chip answers, but it is none of the permits this kiosk knows (a bank card, an ePassport, a blank chip)."""


class IdCardUnreadable(PermitError):
    """The reader found an identity card but could not read it; lift it and lay it down again. `sw3`: its status."""

    def __init__(self, message: str, *, device: str = "id_reader", sw3: int | None = None) -> None:
        super().__init__(message, device=device)
        self.sw3 = sw3


class StatusWordError(PermitError):
    """The chip answered with a status word that the command does not allow. `sw`: 16 bits; `tries_left`: of 63Cx."""

    def __init__(self, sw: int, *, doing: str = "") -> None:
        super().__init__(f"chip status {sw:04X}{f' at {doing}' if doing else ''}", device="permit_chip")
        self.sw = sw

    @property
    def tries_left(self) -> int | None:
        """Attempts that the chip says are left, where it says so (63Cx)."""
        return self.sw & 0x000F if (self.sw & 0xFFF0) == 0x63C0 else None


class CommandNotAllowed(PermitError):
    """Central asked to relay a command outside what the permit file allows; nothing of its batch was sent. `index`: its
    place; `rule`: which rule it breaks, by a code that central may be told.
    """

    def __init__(self, message: str, *, index: int, rule: str) -> None:
        super().__init__(message, device="permit_chip")
        self.index = index
        self.rule = rule
