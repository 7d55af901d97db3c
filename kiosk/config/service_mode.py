"""The table `service_mode`: who may work at the machine itself, and the file that says so."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.config.settings_table import SettingsTable
from kiosk.data_files.reader import DataFileError, read_toml
from kiosk.domain.technician import Role, Technician

NUMBER = re.compile(r"[0-9]{2}")
PHC = re.compile(r"\$argon2id\$v=19\$m=([0-9]{1,7}),t=([0-9]{1,3}),p=([0-9]{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)")
"""What Argon2 makes of a PIN, with its parameters (the PHC string format)."""
SALT_BYTES, PIN_KEY_BYTES = 16, 32
"""RFC 9106, section 4: salt and tag of the recommended length."""
LEAST_KIB, MOST_KIB = 19 * 1024, 256 * 1024
LEAST_SECRET_BYTES, MOST_SECRET_BYTES = 16, 64
"""RFC 4226, section 4: at least 128 bits."""
LEAST_KEY_BYTES = 32
LONGEST_NAME = 20


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the site keeps of a technician. `pin`: what Argon2id made of the PIN; `otp_secret`: the key that the
    technician's authenticator has too.
    """

    technician: Technician
    pin: str = field(repr=False)
    otp_secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServiceModeSettings:
    """`technicians`: by number; none: there is no service mode. `unlock_key`: by which the operator makes codes that
    unlock; None: nobody can unlock on site. `files`: where that was read, which nobody else may read.
    """

    technicians: Mapping[str, Credentials] = field(default_factory=dict, repr=False)
    unlock_key: bytes | None = field(default=None, repr=False)
    files: tuple[Path, ...] = ()


def read_service_mode(reader: SettingsTable, beside: Callable[[str], Path], *, in_earnest: bool) -> ServiceModeSettings:
    """Without the table nobody is let in. `in_earnest`: not for a simulation, whose PINs protect nobody."""
    technicians: Mapping[str, Credentials] = {}
    files: tuple[Path, ...] = ()
    if reader.has("technicians"):
        name = reader.text("technicians", "a file that python -m kiosk service-mode add-technician made")
        technicians = _technicians(reader, beside(name), in_earnest=in_earnest) if name else {}
        files += (beside(name),) if name else ()
    unlock_key = None
    if reader.has("unlock_key"):
        name = reader.text("unlock_key", "a file that python -m kiosk service-mode make-unlock-key made")
        unlock_key = _unlock_key(reader, beside(name)) if name else None
        files += (beside(name),) if name else ()
    reader.nothing_else()
    return ServiceModeSettings(technicians, unlock_key, files)


def read_unlock_key(path: Path) -> bytes:
    """The key that python -m kiosk service-mode make-unlock-key wrote. Raises ValueError with what is wrong."""
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except OSError as error:
        raise ValueError(f"{path.name}: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"{path.name} is no unlock key: it is not base64") from error
    if len(key) < LEAST_KEY_BYTES:
        raise ValueError(f"{path.name} is no unlock key: it has {len(key)} bytes; {LEAST_KEY_BYTES} are wanted")
    return key


def _unlock_key(reader: SettingsTable, path: Path) -> bytes | None:
    try:
        return read_unlock_key(path)
    except ValueError as error:
        reader.wrong("unlock_key", str(error))
        return None


def _technicians(reader: SettingsTable, path: Path, *, in_earnest: bool) -> Mapping[str, Credentials]:
    try:
        table = read_toml(path)
    except DataFileError as error:
        for mistake in error.mistakes:
            reader.wrong("technicians", mistake)
        return {}
    found = {}
    for number, entry in table.items():
        told = _credentials(number, entry, in_earnest=in_earnest)
        if isinstance(told, str):
            reader.wrong("technicians", f"{path.name}: {number}: {told}")  # repeats neither salt, key nor secret
        else:
            found[number] = told
    return found


def _credentials(number: str, entry: object, *, in_earnest: bool) -> Credentials | str:
    """What the file says of one technician, or what is wrong with it."""
    if NUMBER.fullmatch(number) is None:
        return "is no technician's number; two digits are wanted"
    if not isinstance(entry, dict) or set(entry) != {"name", "role", "pin", "otp_secret"}:
        return "name, role, pin and otp_secret are wanted, and nothing else"
    if not all(isinstance(value, str) for value in entry.values()):
        return "name, role, pin and otp_secret are texts"
    name, role, pin = entry["name"], entry["role"], entry["pin"]
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        return f"the name has 1 to {LONGEST_NAME} characters that can be seen"
    if role not in {each.value for each in Role}:
        return f"the role is {role!r}; one of {', '.join(each.value for each in Role)} is wanted"
    flaw = _flaw_of_pin(pin, in_earnest=in_earnest)
    if flaw is not None:
        return flaw
    try:
        secret = base64.b32decode(entry["otp_secret"])
    except binascii.Error:
        return "the otp_secret is not base32"
    if not LEAST_SECRET_BYTES <= len(secret) <= MOST_SECRET_BYTES:
        return f"the otp_secret has {len(secret)} bytes; {LEAST_SECRET_BYTES} to {MOST_SECRET_BYTES} are wanted"
    return Credentials(Technician(number, name, Role(role)), pin, secret)


def _flaw_of_pin(pin: str, *, in_earnest: bool) -> str | None:
    parts = PHC.fullmatch(pin)
    if parts is None:
        return "the pin is nothing that python -m kiosk service-mode add-technician makes"
    if [_length(parts[each]) for each in (4, 5)] != [SALT_BYTES, PIN_KEY_BYTES]:
        return f"the pin's salt and key are not base64 of {SALT_BYTES} and {PIN_KEY_BYTES} bytes"
    memory, passes, lanes = (int(parts[each]) for each in (1, 2, 3))
    least = LEAST_KIB if in_earnest else 8
    if not least <= memory <= MOST_KIB or not 1 <= passes <= 16 or not 1 <= lanes <= 8 or memory < 8 * lanes:
        return (
            f"Argon2's m is {memory}, t {passes}, p {lanes}; m from {least} to {MOST_KIB}, t to 16, p to 8 are wanted"
        )
    return None


def _length(text: str) -> int | None:
    """Of what base64 without padding says, as the PHC string format wants it; None where it is not that."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return None
    return len(content) if base64.b64encode(content).decode().rstrip("=") == text else None
