"""Checks an attendant's code against the configuration, with a limit on wrong tries.

A code is the attendant's number (two digits) followed by a secret (six to ten digits). The configuration has only the
secret's hash by scrypt (RFC 7914). The number of wrong codes in a row is written to disk before a code is checked, so
that pulling the plug gives no further tries.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from kiosk.domain.kept_secret import KEY_BYTES
from kiosk.domain.personal import Personal
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.boot import Boot
from kiosk.services.effect_dispatch import Handler, Post
from kiosk.services.tries import Tries, TriesFile, TryRule
from kiosk.workflow import effects as do
from kiosk.workflow import events as on

CODE = re.compile(r"(?P<number>[0-9]{2})(?P<secret>[0-9]{6,10})")
COST, BLOCK, LANES = 2**14, 8, 1  # RFC 7914, section 2: 16 MB and some 50 ms on a small PC
_SALT_BYTES = 16

TRIES = 5
LOCKED_FOR_S = 900.0
RULE = TryRule(free=TRIES, first_s=LOCKED_FOR_S, most=TRIES)
"""Wrong codes in a row, by anybody; a million secrets at five in a quarter of an hour take years."""


def hashed(secret: str, salt: bytes | None = None, cost: int = COST) -> str:
    """The text that the configuration keeps of a secret: scrypt's parameters, salt and key. It need not be secret."""
    salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    return f"scrypt:{cost}:{BLOCK}:{LANES}:{_base64(salt)}:{_base64(_key(secret, salt, cost, BLOCK, LANES))}"


def is_of(secret: str, kept: str) -> bool:
    """Whether `kept` is the hash of `secret`. Raises ValueError for a text that `hashed` never makes."""
    _, cost, block, lanes, salt, key = kept.split(":")
    made = _key(secret, base64.b64decode(salt), int(cost), int(block), int(lanes))
    return hmac.compare_digest(made, base64.b64decode(key))


def _key(secret: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    return hashlib.scrypt(
        secret.encode(), salt=salt, n=cost, r=block, p=lanes, maxmem=256 * cost * block * lanes, dklen=KEY_BYTES
    )


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


class AttendantService:
    """Answers `CheckAttendant`. `attendants`: the hash of each secret, by number; `record`: the file of tries; `boot`:
    gives monotonic moments.
    """

    def __init__(self, attendants: Mapping[str, str], record: Path, boot: Boot) -> None:
        self._attendants = attendants
        self._record = TriesFile(record, RULE, LogEvent.ATTENDANT_UNCOUNTED)
        self._boot = boot

    @cached_property
    def _nobody(self) -> str:
        """The hash that is compared where no attendant has the number."""
        return hashed(secrets.token_hex(8))

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {do.CheckAttendant: self._check}

    def close(self) -> None:
        """Do nothing: nothing is open between two codes."""

    def _check(self, effect: do.CheckAttendant, post: Post) -> None:
        now = self._boot.moment()
        try:
            tries = self._record.read(now)
            if self._record.wait_s(tries, now):
                log(LogEvent.ATTENDANT_LOCKED, level=logging.WARNING, wrong=tries.wrong)
                post(on.AttendantNotConfirmed(locked=True))
                return
            counted = self._record.one_more(tries, now)
            self._record.write(counted)
            number = self._number_of(effect.code)
            if number is None:
                log(LogEvent.ATTENDANT_REFUSED, level=logging.WARNING, wrong=counted.wrong)
                post(on.AttendantNotConfirmed(locked=counted.locked_since is not None))
                return
            self._record.write(Tries())
        except OSError as error:
            # Without a count of tries no code is checked.
            log(LogEvent.ATTENDANT_UNCOUNTED, level=logging.CRITICAL, error=type(error).__name__)
            post(on.AttendantNotConfirmed(locked=True))
            return
        post(on.AttendantConfirmed(number))

    def _number_of(self, code: Personal[str]) -> str | None:
        """The number of the attendant with this code, or None. An unknown number takes as long as a wrong secret."""
        typed = CODE.fullmatch(code.reveal())
        if typed is None:
            return None
        number = typed["number"]
        right = is_of(typed["secret"], self._attendants.get(number, self._nobody))
        return number if right and number in self._attendants else None
