"""The three PC/SC calls in which a reader's name stands, with the name as the bytes that pcscd has.

pyscard 2.3.1 lists names as UTF-8 and fails with SystemError if one reader's is not (another program's reader too). It
asks for a slot's state with names in ASCII only (UnicodeEncodeError for all others), and connects with UTF-8 alone.
pcsc-lite itself takes any bytes: what the driver's Info.plist or reader.conf calls the reader. So these three go to
libpcsclite directly; the contexts and handles are pyscard's own, which uses the same library in the same process.
"""

from __future__ import annotations

import ctypes
from functools import cache

LIBRARY = "libpcsclite.so.1"
LONGEST_LIST_BYTES = 16 * 128 + 1     # PCSCLITE_MAX_READERS_CONTEXTS names of MAX_READERNAME (pcsclite.h)


class _ReaderState(ctypes.Structure):
    """SCARD_READERSTATE of pcsc-lite (pcsclite.h); DWORD is an unsigned long on Linux."""

    _fields_ = (
        ("reader", ctypes.c_char_p), ("user_data", ctypes.c_void_p), ("known", ctypes.c_ulong),
        ("now", ctypes.c_ulong), ("atr_bytes", ctypes.c_ulong), ("atr", ctypes.c_ubyte * 33),
    )


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(LIBRARY)
    number, number_at = ctypes.c_ulong, ctypes.POINTER(ctypes.c_ulong)
    library.SCardListReaders.argtypes = (ctypes.c_long, ctypes.c_char_p, ctypes.c_char_p, number_at)
    library.SCardGetStatusChange.argtypes = (ctypes.c_long, number, ctypes.POINTER(_ReaderState), number)
    library.SCardConnect.argtypes = (
        ctypes.c_long, ctypes.c_char_p, number, number, ctypes.POINTER(ctypes.c_long), number_at)
    for function in (library.SCardListReaders, library.SCardGetStatusChange, library.SCardConnect):
        function.restype = ctypes.c_long
    return library


def name_in_bytes(reader_name: str) -> bytes:
    """A reader's name as pcscd has it."""
    return reader_name.encode("utf-8", "surrogateescape")


def list_readers(context: int) -> tuple[int, tuple[str, ...]]:
    """SCardListReaders: its code, and all names; what of a name is no UTF-8 is kept as lone surrogates."""
    names = ctypes.create_string_buffer(LONGEST_LIST_BYTES)
    length = ctypes.c_ulong(LONGEST_LIST_BYTES)
    code = _library().SCardListReaders(context, None, names, ctypes.byref(length))
    listed = names.raw[:length.value].split(b"\0") if code == 0 else []
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
        context, name_in_bytes(reader_name), share, protocols, ctypes.byref(handle), ctypes.byref(protocol))
    return code, int(handle.value), int(protocol.value)
