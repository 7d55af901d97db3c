"""The four PC/SC calls with a reader's name, with the name as the bytes that pcscd has.

pyscard 2.3.1 lists names as UTF-8 and fails with SystemError if one reader's is not (another program's reader too). It
asks for a slot's state with names in ASCII only (UnicodeEncodeError for all others), connects with UTF-8 alone, and
fails with SystemError where SCardStatus tells another name. pcsc-lite itself allows any bytes, from the driver's
Info.plist or reader.conf. So these four calls go to libpcsclite directly, with the contexts and handles of pyscard,
which uses the same library in the same process.
"""

from __future__ import annotations

import ctypes
from functools import cache

LIBRARY = "libpcsclite.so.1"
# pcsclite.h: MAX_READERNAME, MAX_ATR_SIZE, and PCSCLITE_MAX_READERS_CONTEXTS names.
LONGEST_NAME_BYTES, LONGEST_ATR_BYTES = 128, 33
LONGEST_LIST_BYTES = 16 * LONGEST_NAME_BYTES + 1


class _ReaderState(ctypes.Structure):
    """SCARD_READERSTATE of pcsc-lite (pcsclite.h); DWORD is an unsigned long on Linux."""

    _fields_ = (
        ("reader", ctypes.c_char_p),
        ("user_data", ctypes.c_void_p),
        ("known", ctypes.c_ulong),
        ("now", ctypes.c_ulong),
        ("atr_bytes", ctypes.c_ulong),
        ("atr", ctypes.c_ubyte * LONGEST_ATR_BYTES),
    )


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(LIBRARY)
    number, number_at = ctypes.c_ulong, ctypes.POINTER(ctypes.c_ulong)
    library.SCardListReaders.argtypes = (ctypes.c_long, ctypes.c_char_p, ctypes.c_char_p, number_at)
    library.SCardGetStatusChange.argtypes = (ctypes.c_long, number, ctypes.POINTER(_ReaderState), number)
    library.SCardConnect.argtypes = (
        ctypes.c_long,
        ctypes.c_char_p,
        number,
        number,
        ctypes.POINTER(ctypes.c_long),
        number_at,
    )
    library.SCardStatus.argtypes = (
        ctypes.c_long,
        ctypes.c_char_p,
        number_at,
        number_at,
        number_at,
        ctypes.c_char_p,
        number_at,
    )
    for function in (library.SCardListReaders, library.SCardGetStatusChange, library.SCardConnect, library.SCardStatus):
        function.restype = ctypes.c_long
    return library


def name_in_bytes(reader_name: str) -> bytes:
    """A reader's name as pcscd has it."""
    return reader_name.encode("utf-8", "surrogateescape")


def list_readers(context: int) -> tuple[int, tuple[str, ...]]:
    """SCardListReaders: its code, and all names; bytes that are no UTF-8 are kept as lone surrogates."""
    names = ctypes.create_string_buffer(LONGEST_LIST_BYTES)
    length = ctypes.c_ulong(LONGEST_LIST_BYTES)
    code = _library().SCardListReaders(context, None, names, ctypes.byref(length))
    listed = names.raw[: length.value].split(b"\0") if code == 0 else []
    return code, tuple(name.decode("utf-8", "surrogateescape") for name in listed if name)


def status_change(context: int, timeout_ms: int, reader_name: str, known: int) -> tuple[int, int]:
    """SCardGetStatusChange of one slot: its code, and the slot's state (SCARD_STATE_…)."""
    state = _ReaderState(reader=name_in_bytes(reader_name), known=known)
    code = _library().SCardGetStatusChange(context, timeout_ms, ctypes.byref(state), 1)
    return code, int(state.now)


def connect(context: int, reader_name: str, share: int, protocols: int) -> tuple[int, int, int]:
    """SCardConnect: its code, the handle, the protocol in use."""
    handle, protocol = ctypes.c_long(0), ctypes.c_ulong(0)
    code = _library().SCardConnect(
        context, name_in_bytes(reader_name), share, protocols, ctypes.byref(handle), ctypes.byref(protocol)
    )
    return code, int(handle.value), int(protocol.value)


def answer_to_reset(handle: int) -> tuple[int, bytes]:
    """SCardStatus: its code, and the ATR of the chip behind a handle."""
    name, name_length = ctypes.create_string_buffer(LONGEST_NAME_BYTES), ctypes.c_ulong(LONGEST_NAME_BYTES)
    atr, atr_length = ctypes.create_string_buffer(LONGEST_ATR_BYTES), ctypes.c_ulong(LONGEST_ATR_BYTES)
    state, protocol = ctypes.c_ulong(0), ctypes.c_ulong(0)
    code = _library().SCardStatus(
        handle,
        name,
        ctypes.byref(name_length),
        ctypes.byref(state),
        ctypes.byref(protocol),
        atr,
        ctypes.byref(atr_length),
    )
    return code, atr.raw[: atr_length.value] if code == 0 else b""
