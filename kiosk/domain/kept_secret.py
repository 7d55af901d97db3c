"""The configuration's form of an attendant's secret: `scrypt:N:r:p:SALT:KEY`, salt and key in base64 (RFC 7914)."""

from __future__ import annotations

import base64
import re

KEY_BYTES = 32
LEAST_COST, MOST_COST = 2**14, 2**18
"""The limits of RFC 7914's N, a power of two. add-attendant uses the least."""
MOST_BLOCK, MOST_LANES = 32, 16  # RFC 7914's r and p
MOST_MEMORY_MB = 64
MOST_WORK = 2**21  # N·r·p: sixteen times the value of add-attendant, about a second on a small PC
LEAST_SALT_BYTES, MOST_SALT_BYTES = 8, 64

_KEPT = re.compile(r"scrypt:([0-9]{1,8}):([0-9]{1,3}):([0-9]{1,3}):([A-Za-z0-9+/]+=*):([A-Za-z0-9+/]+=*)", re.ASCII)


def flaw_of_kept(kept: str, *, in_earnest: bool) -> str | None:
    """What is wrong with `kept`, in words that repeat neither salt nor key; None where it can be used. `in_earnest`:
    for a production site; a simulation's codes protect nobody and may cost less.
    """
    parts = _KEPT.fullmatch(kept)
    if parts is None:
        return "is nothing that python -m kiosk holder-check add-attendant prints"
    cost, block, lanes = (int(parts[number]) for number in (1, 2, 3))
    least = LEAST_COST if in_earnest else 2
    if not least <= cost <= MOST_COST or cost & (cost - 1):
        return f"scrypt's N is {cost}; a power of two from {least} to {MOST_COST} is wanted"
    if not 1 <= block <= MOST_BLOCK:
        return f"scrypt's r is {block}; 1 to {MOST_BLOCK} is wanted"
    if not 1 <= lanes <= MOST_LANES:
        return f"scrypt's p is {lanes}; 1 to {MOST_LANES} is wanted"
    if 128 * cost * block > MOST_MEMORY_MB * 2**20 or cost * block * lanes > MOST_WORK:
        return f"scrypt's N, r and p need more than {MOST_MEMORY_MB} MB, or more than a second"
    return _flaw_of_bytes(parts[4], parts[5])


def _flaw_of_bytes(salt: str, key: str) -> str | None:
    try:
        salt_bytes, key_bytes = (len(base64.b64decode(text, validate=True)) for text in (salt, key))
    except ValueError:
        return "salt and key are not base64"
    if not LEAST_SALT_BYTES <= salt_bytes <= MOST_SALT_BYTES:
        return f"the salt has {salt_bytes} bytes; {LEAST_SALT_BYTES} to {MOST_SALT_BYTES} are wanted"
    if key_bytes != KEY_BYTES:
        return f"the key has {key_bytes} bytes; {KEY_BYTES} are wanted"
    return None
