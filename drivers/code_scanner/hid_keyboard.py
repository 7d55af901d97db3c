"""The keyboard dialect: a scanner that acts as a US keyboard, read as Linux input events.

Source: linux/input.h and linux/input-event-codes.h. A 64-bit kernel's event is 24 bytes: seconds and microseconds (64
bits each), type and code (16 bits), value (32 bits, signed).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from drivers.code_scanner.base import BadScan, Flaw, Found
from drivers.code_scanner.envelope import Envelope

_EVENT = struct.Struct("<qqHHi")
EVENT_BYTES = _EVENT.size
TYPE_AT = 16
EV_SYN, EV_KEY, EV_MSC = 0x00, 0x01, 0x04
SYN_REPORT, SYN_DROPPED = 0, 3
RELEASED, PRESSED, REPEATED = 0, 1, 2
KEY_ENTER, KEY_KPENTER, KEY_CAPSLOCK, KEY_LEFTSHIFT, KEY_NUMLOCK = 28, 96, 58, 42, 69
_SHIFTS = frozenset({KEY_LEFTSHIFT, 54})
_CONTROLS = frozenset({29, 97, 56, 100, 125, 126})  # control, alt and meta, left and right
EV_LED, EV_REP = 0x11, 0x14
_HIGHEST = {EV_SYN: SYN_DROPPED, EV_KEY: 0x2FF, EV_MSC: 0x07, EV_LED: 0x0F, EV_REP: 0x01}  # code of each type


def _table() -> dict[int, tuple[str, str]]:
    """Key code → (character alone, with shift)."""
    rows = (
        (2, "1234567890-=", "!@#$%^&*()_+"),
        (16, "qwertyuiop[]", "QWERTYUIOP{}"),
        (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
        (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
        (55, "*", "*"),
        (57, " ", " "),
        (98, "/", "/"),
        (71, "789-456+1230.", "789-456+1230."),
    )
    return {
        first + place: pair
        for first, alone, shifted in rows
        for place, pair in enumerate(zip(alone, shifted, strict=True))
    }


KEYS = _table()
_KEY_OF = {
    character: (code, is_shifted) for code, pair in reversed(KEYS.items()) for is_shifted, character in enumerate(pair)
}


@dataclass(frozen=True, slots=True)
class InputEvent:
    """One event without its time. `value` of a key: 0 released, 1 pressed, 2 repeated."""

    type: int
    code: int
    value: int

    def encode(self, at_us: int = 0) -> bytes:
        """24 bytes, as a 64-bit kernel hands them out."""
        return _EVENT.pack(at_us // 1_000_000, at_us % 1_000_000, self.type, self.code, self.value)


def decode_event(data: bytes) -> InputEvent | None:
    """The event in these 24 bytes; None if they are none."""
    _, microseconds, kind, code, value = _EVENT.unpack(data)
    if not 0 <= microseconds < 1_000_000 or code > _HIGHEST.get(kind, -1):
        return None
    if kind == EV_KEY and value not in (RELEASED, PRESSED, REPEATED):
        return None
    return InputEvent(kind, code, value)


class KeyboardDecoder:
    """Turns input events into codes, which end at Enter. After a lost event everything up to the next Enter is one bad
    scan; after a damaged one everything up to the next silence, because the begin of the next event is unknown.
    """

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._bytes = bytearray()
        self._typed: list[str] = []
        self._flaw: Flaw | None = None
        self._skips = False
        self._is_aligned = True
        self._held: set[int] = set()
        self._capitals = False

    @property
    def is_in_the_middle(self) -> bool:
        return bool(self._bytes or self._typed or self._skips or self._flaw or not self._is_aligned)

    def feed(self, data: bytes) -> list[Found]:
        found: list[Found] = []
        if not self._is_aligned:
            return found
        self._bytes += data
        while len(self._bytes) >= EVENT_BYTES:
            event = decode_event(bytes(self._bytes[:EVENT_BYTES]))
            del self._bytes[:EVENT_BYTES]
            if event is None:
                self._bytes.clear()
                self._is_aligned, self._flaw = False, Flaw.EVENTS
                break
            found += self._take(event)
        return found

    def _take(self, event: InputEvent) -> list[Found]:
        match event:
            case InputEvent(type=0x00, code=3):  # SYN_DROPPED: the kernel's queue ran over
                self._flaw = Flaw.EVENTS
                self._held.clear()
            case InputEvent(type=0x01, value=0):
                self._held.discard(event.code)
            case InputEvent(type=0x01, value=1):
                return self._press(event.code)
            case _:
                pass  # a scanner holds no key down, so repeats come from the kernel
        return []

    def _press(self, key: int) -> list[Found]:
        if key in (KEY_ENTER, KEY_KPENTER):
            return self._end()
        if key in _SHIFTS or key in _CONTROLS:
            self._held.add(key)
        elif key == KEY_CAPSLOCK:
            self._capitals = not self._capitals
        elif key != KEY_NUMLOCK:
            return self._type(key)
        return []

    def _type(self, key: int) -> list[Found]:
        if key not in KEYS or self._held & _CONTROLS:
            # Scanners type characters that a US keyboard lacks as Alt with digits.
            self._flaw = self._flaw or Flaw.NOT_PRINTABLE
        else:
            alone, shifted = KEYS[key]
            is_shifted = bool(self._held & _SHIFTS) != (self._capitals and alone.isalpha())
            self._typed.append(shifted if is_shifted else alone)
        if len(self._typed) <= self._envelope.longest():
            return []
        length = len(self._typed)
        self._typed.clear()
        if self._skips:
            return []
        self._skips = True
        return [BadScan(Flaw.OVERLONG, length)]

    def _end(self) -> list[Found]:
        line, flaw, skipped = "".join(self._typed), self._flaw, self._skips
        self._forget()
        if skipped or (not line and flaw is None):
            return []
        return [BadScan(flaw, len(line)) if flaw is not None else self._envelope.opened(line)]

    def give_up(self) -> list[Found]:
        length, flaw, skipped = len(self._typed), self._flaw, self._skips
        has_part = bool(self._bytes or length or flaw)
        self._forget()
        self._bytes.clear()
        self._held.clear()
        self._is_aligned = True
        return [BadScan(flaw or Flaw.UNFINISHED, length)] if has_part and not skipped else []

    def disregard(self) -> None:
        self._skips = self._skips or bool(self._typed) or self._flaw is not None

    def _forget(self) -> None:
        self._typed.clear()
        self._flaw = None
        self._skips = False


def encode_typing(text: str) -> bytes:
    """The events of a scanner that types `text` and Enter. ValueError for a character that no US keyboard has."""
    events: list[InputEvent] = []
    for character in text:
        if character not in _KEY_OF:
            raise ValueError("a US keyboard does not have this character")
        key, is_shifted = _KEY_OF[character]
        events += [*_stroke(KEY_LEFTSHIFT, PRESSED)] if is_shifted else []
        events += [*_stroke(key, PRESSED), *_stroke(key, RELEASED)]
        events += [*_stroke(KEY_LEFTSHIFT, RELEASED)] if is_shifted else []
    events += [*_stroke(KEY_ENTER, PRESSED), *_stroke(KEY_ENTER, RELEASED)]
    return b"".join(event.encode(at_us) for at_us, event in enumerate(events))


def _stroke(key: int, value: int) -> tuple[InputEvent, InputEvent]:
    return InputEvent(EV_KEY, key, value), InputEvent(EV_SYN, SYN_REPORT, 0)
