"""The meaning of PC/SC codes as our errors."""

from __future__ import annotations

from typing import Any

from smartcard import scard as pyscard

from drivers.errors import LinkLost, LinkTimeout, ServiceLost, TransportError

scard: Any = pyscard  # carries no types

DEVICE = "permit_chip"

# The messages name the PC/SC codes. Nothing else of the library's answer is used, because on failure SCardTransmit
# returns 64 KiB of uninitialised memory (pyscard 2.3.1).
SERVICE_GONE = frozenset(
    {
        scard.SCARD_E_NO_SERVICE,
        scard.SCARD_E_SERVICE_STOPPED,
        scard.SCARD_E_INVALID_HANDLE,
        scard.SCARD_F_COMM_ERROR,
        scard.SCARD_F_INTERNAL_ERROR,
        scard.SCARD_E_SYSTEM_CANCELLED,
        scard.SCARD_E_CANCELLED,
        scard.SCARD_E_SERVER_TOO_BUSY,
        0x6BA,
        0x6BE,
        0x6BF,  # RPC_S_SERVER_UNAVAILABLE and neighbours, through redirected services
    }
)
READER_GONE = frozenset(
    {
        scard.SCARD_E_READER_UNAVAILABLE,
        scard.SCARD_E_UNKNOWN_READER,
        scard.SCARD_E_NO_READERS_AVAILABLE,
    }
)
CHIP_GONE = frozenset(
    {
        scard.SCARD_E_NO_SMARTCARD,
        scard.SCARD_W_REMOVED_CARD,
        scard.SCARD_W_RESET_CARD,
    }
)
CHIP_SILENT = frozenset(
    {
        scard.SCARD_W_UNRESPONSIVE_CARD,
        scard.SCARD_W_UNPOWERED_CARD,
        scard.SCARD_W_UNSUPPORTED_CARD,
        scard.SCARD_E_NOT_TRANSACTED,
        scard.SCARD_E_TIMEOUT,
        scard.SCARD_E_NOT_READY,
        scard.SCARD_F_WAITED_TOO_LONG,
        scard.SCARD_E_PROTO_MISMATCH,
    }
)


def _codes_by_value() -> dict[int, str]:
    return {
        getattr(scard, name) & 0xFFFFFFFF: name
        for name in dir(scard)
        if name.startswith(("SCARD_E_", "SCARD_F_", "SCARD_W_")) and isinstance(getattr(scard, name), int)
    }


CODE_NAMES = _codes_by_value()


def named(code: int) -> str:
    """The name of a PC/SC code; its number where it has none."""
    return CODE_NAMES.get(code, f"{code:08X}")


def failure(code: int, doing: str) -> TransportError:
    """The PC/SC code of a failed call as one of our errors."""
    what = f"{named(code)} while {doing}"
    if code in SERVICE_GONE:
        return ServiceLost(f"pcscd is gone: {what}", device=DEVICE)
    if code in READER_GONE:
        return LinkLost(f"the reader is gone: {what}", device=DEVICE)
    if code in CHIP_GONE:
        return LinkLost(f"the chip left its contacts: {what}", device=DEVICE)
    if code in CHIP_SILENT:
        return LinkTimeout(f"the chip is silent: {what}", device=DEVICE)
    if code == scard.SCARD_E_SHARING_VIOLATION:
        return LinkLost(f"another program holds the chip: {what}", device=DEVICE)
    return TransportError(f"PC/SC refused: {what}", device=DEVICE)


def unsigned(code: int) -> int:
    """The code as PC/SC writes it; pyscard gives some as negative numbers."""
    return code & 0xFFFFFFFF
