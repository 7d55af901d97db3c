"""The errors that drivers raise, grouped by who must act.

`TransportError`: reopen the port. `ProtocolError`: resynchronise, then reset the device. `DeviceError`: a person acts
on the machine (site staff clear it, or an engineer repairs it; XFS4IoT error actions *clear* and *maintenance*).
`PermitError`: the cause is this permit, not the machine.

Data is in attributes of the exception; the message has numbers and never personal data. `ValueError` and
`AssertionError` mean a bug in the program and are never caught by a service.
"""

from __future__ import annotations


class DriverError(Exception):
    """Root of the tree. `device` is the glossary's name, such as id_reader."""

    def __init__(self, message: str, *, device: str = "") -> None:
        super().__init__(message)
        self.device = device


class TransportError(DriverError):
    """No bytes pass: reopen the port."""


class LinkLost(TransportError):
    """The port is gone: unplugged, closed by the peer, pcscd stopped."""


class ServiceLost(LinkLost):
    """The program between us and the device does not run: pcscd is stopped. The device may work."""


class ServiceSilent(ServiceLost):
    """That program accepts requests and does not answer: pcscd hangs, or the reader below it does. The last request may
    still be carried out, so the device is not used again before that is known to be over.
    """


class LinkBusy(LinkLost):
    """Another program holds the port; nothing was sent."""


class LinkTimeout(TransportError):
    """The peer is silent. `waited_s`: for how many seconds we listened."""

    def __init__(self, message: str, *, device: str = "", waited_s: float = 0.0) -> None:
        super().__init__(message, device=device)
        self.waited_s = waited_s


class ProtocolError(DriverError):
    """The bytes received make no sense: resynchronise, then reset."""


class FrameCorrupt(ProtocolError):
    """A frame with a wrong check sum or an impossible length."""


class UnexpectedReply(ProtocolError):
    """A well-formed answer to another request, or a refusal that the manual does not mention."""


class NotInitialised(ProtocolError):
    """The device has lost its state (its power was off) and does nothing before it is initialised."""


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
    """No paper. The last job may be half printed."""


class BinFull(DeviceError):
    """The retain bin takes no more permits (XFS: retain bin full)."""


class NeedsRepair(DeviceError):
    """A motor, a head, a memory: an engineer acts (XFS: maintenance)."""


class NothingToProcess(DeviceError):
    """The unit holds no permit to act on. Nothing moved."""


class PermitError(DriverError):
    """The cause is this permit, not the machine."""


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
        """The remaining attempts by the chip's answer (63Cx); None where it does not say."""
        return self.sw & 0x000F if (self.sw & 0xFFF0) == 0x63C0 else None


class CommandNotAllowed(PermitError):
    """Central sent a command that the permit file does not allow; nothing of its batch was relayed. `index`: the
    command's place in the batch; `rule`: the broken rule, a code for central.
    """

    def __init__(self, message: str, *, index: int, rule: str) -> None:
        super().__init__(message, device="permit_chip")
        self.index = index
        self.rule = rule
