"""Whether somebody is let into service mode: a one-time code and a PIN, and few tries at guessing them.

The one-time code is RFC 6238's (SHA-1, six digits, 30 seconds, as every authenticator makes it), and counts once: the
last time step that let somebody in is on disk, and no earlier one does again, whatever the clock says. Of the PIN the
site's file has only what Argon2id (RFC 9106) makes of it. How many wrong tries came in a row is on disk before
anything is looked at, so that pulling the plug buys no tries. Which of number, code and PIN was wrong is not told.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from kiosk.config.service_mode import PIN_KEY_BYTES, SALT_BYTES, Credentials
from kiosk.domain.clock import Clock
from kiosk.domain.technician import Technician
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.boot import Boot
from kiosk.services.effect_dispatch import Handler, Post
from kiosk.services.synced_file import read_small, write_synced
from kiosk.services.tries import Tries, TriesFile, TryRule
from kiosk.workflow import effects as do
from kiosk.workflow import events as on

STEP_S = 30
CODE_DIGITS = 6
STEPS_OFF = 1
"""How many time steps a technician's clock may be from the kiosk's (RFC 6238, section 5.2, recommends one)."""

MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1  # RFC 9106 by OWASP's least; some 30 ms on a small PC

RULE = TryRule(free=5, first_s=30.0, most=15, ends=True)
"""Five wrong tries, by anybody, cost half a minute, each further one twice as long; after fifteen somebody has to
unlock."""

UNLOCK_RULE = TryRule(free=5, first_s=900.0, most=5)
UNLOCK_DIGITS = 8


def hashed(pin: str, memory_kib: int = MEMORY_KIB) -> str:
    """What the site's file keeps of a PIN: Argon2id's parameters, salt and key in the PHC format."""
    salt = secrets.token_bytes(SALT_BYTES)
    return Argon2id(
        salt=salt, length=PIN_KEY_BYTES, iterations=PASSES, lanes=LANES, memory_cost=memory_kib
    ).derive_phc_encoded(pin.encode())


def is_of(pin: str, kept: str) -> bool:
    """Whether `kept` was made of `pin`. Raises ValueError for what `hashed` never made."""
    try:
        Argon2id.verify_phc_encoded(pin.encode(), kept)
    except InvalidKey:
        return False
    return True


def unlock_code(key: bytes, kiosk_name: str, day: date) -> str:
    """The digits that unlock this kiosk on this day: HMAC-SHA-256 (RFC 2104), cut as RFC 4226, section 5.3, does."""
    mac = hmac.digest(key, f"unlock\n{kiosk_name}\n{day.isoformat()}".encode(), hashlib.sha256)
    at = mac[-1] & 0x0F
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**UNLOCK_DIGITS:0{UNLOCK_DIGITS}d}"


class TechnicianAccess:
    """Answers `CheckTechnician` and `CheckUnlockCode`. `technicians`: by number; `unlock_key`: None where nobody can
    unlock on site; `state_dir`: where tries and used codes are kept.
    """

    def __init__(
        self,
        technicians: Mapping[str, Credentials],
        unlock_key: bytes | None,
        kiosk_name: str,
        state_dir: Path,
        clock: Clock,
    ) -> None:
        self._technicians = technicians
        self._unlock_key = unlock_key
        self._kiosk_name = kiosk_name
        self._clock = clock
        self._boot = Boot(clock.monotonic)
        spoilt = LogEvent.TECHNICIAN_UNCOUNTED
        self._tries = TriesFile(state_dir / "technician_tries.json", RULE, spoilt)
        self._unlock_tries = TriesFile(state_dir / "unlock_tries.json", UNLOCK_RULE, spoilt)
        self._used = UsedCodes(state_dir / "technician_codes.json")

    @cached_property
    def _nobody(self) -> tuple[str, bytes]:
        """Compared with what is typed under a number that nobody has."""
        return hashed(secrets.token_hex(8)), secrets.token_bytes(20)

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {do.CheckTechnician: self._check, do.CheckUnlockCode: self._unlock}

    def close(self) -> None:
        """Nothing is open between two tries."""

    def _check(self, effect: do.CheckTechnician, post: Post) -> None:
        now = self._boot.moment()
        try:
            tries = self._tries.read(now)
            if wait_s := self._tries.wait_s(tries, now):
                log(LogEvent.TECHNICIAN_LOCKED, level=logging.WARNING, wrong=tries.wrong)
                post(on.TechnicianNotAdmitted(wait_s))
                return
            counted = self._tries.one_more(tries, now)
            self._tries.write(counted)
            technician = self._technician_of(effect)
            if technician is None:
                log(LogEvent.TECHNICIAN_REFUSED, level=logging.WARNING, wrong=counted.wrong)
                post(on.TechnicianNotAdmitted(self._tries.wait_s(counted, now)))
                return
            self._tries.write(Tries())
        except OSError as error:
            # Tries that cannot be counted are not given.
            log(LogEvent.TECHNICIAN_UNCOUNTED, level=logging.CRITICAL, error=type(error).__name__)
            post(on.SignInUnanswered())
            return
        log(LogEvent.TECHNICIAN_ADMITTED, technician=technician.number, role=technician.role.value)
        post(on.TechnicianAdmitted(technician))

    def _technician_of(self, effect: do.CheckTechnician) -> Technician | None:
        """Who it is. A number that nobody has takes as long as a wrong PIN, and a wrong code as long as a right one."""
        known = self._technicians.get(effect.number)
        pin, otp_secret = self._nobody if known is None else (known.pin, known.otp_secret)
        step = self._step_of(otp_secret, effect.code.reveal())
        is_pin = is_of(effect.pin.reveal(), pin)
        if known is None or step is None or not is_pin:
            return None
        return known.technician if self._used.claim(effect.number, step) else None

    def _step_of(self, otp_secret: bytes, code: str) -> int | None:
        """The time step whose code this is, of those that count now."""
        present = int(self._clock.now().timestamp()) // STEP_S
        totp = TOTP(otp_secret, CODE_DIGITS, SHA1(), STEP_S, enforce_key_length=False)
        found = None
        for step in range(present - STEPS_OFF, present + STEPS_OFF + 1):
            try:
                totp.verify(code.encode(), step * STEP_S)
            except InvalidToken:
                continue
            found = step
        return found

    def _unlock(self, effect: do.CheckUnlockCode, post: Post) -> None:
        now = self._boot.moment()
        day = self._clock.now().date()
        try:
            tries = self._unlock_tries.read(now)
            if self._unlock_key is None or self._unlock_tries.wait_s(tries, now):
                log(LogEvent.UNLOCK_REFUSED, level=logging.WARNING)
                post(on.UnlockRefused())
                return
            self._unlock_tries.write(self._unlock_tries.one_more(tries, now))
            right = unlock_code(self._unlock_key, self._kiosk_name, day)
            if not hmac.compare_digest(right, effect.code.reveal()) or not self._used.claim("unlock", day.toordinal()):
                log(LogEvent.UNLOCK_REFUSED, level=logging.WARNING)
                post(on.UnlockRefused())
                return
            self._unlock_tries.write(Tries())
            self._tries.write(Tries())
        except OSError as error:
            log(LogEvent.TECHNICIAN_UNCOUNTED, level=logging.CRITICAL, error=type(error).__name__)
            post(on.SignInUnanswered())
            return
        log(LogEvent.UNLOCKED)
        post(on.Unlocked())


class UsedCodes:
    """The last time step, or day, whose code was used, by whose it was: on disk, so that no code counts twice. A spoilt
    file is written anew, and the code that was to be looked up in it does not count; the next one does.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def claim(self, whose: str, step: int) -> bool:
        """Whether `step` is later than the last that was used; from now on it is used. Raises OSError where that can be
        neither read nor written.
        """
        used = self._read()
        if used is None:
            log(LogEvent.TECHNICIAN_UNCOUNTED, level=logging.CRITICAL, error="spoilt file")
        elif step <= used.get(whose, -1):
            return False
        write_synced(self._path, json.dumps({**(used or {}), whose: step}))
        return used is not None

    def _read(self) -> dict[str, int] | None:
        """None for what `claim` never wrote."""
        try:
            told = json.loads(read_small(self._path))
        except FileNotFoundError:
            return {}
        except (ValueError, RecursionError):
            return None
        is_ours = isinstance(told, dict) and all(type(step) is int for step in told.values())
        return told if is_ours else None
