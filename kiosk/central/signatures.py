"""The signature algorithms by their names in key files, for verifying and for signing.

"ed25519": RFC 8032, 32-byte keys, 64-byte signature. "sm2-sm3": GB/T 32918.2 with the default signer id
"1234567812345678" (GM/T 0009), public key 04 ‖ x ‖ y (65 bytes), signature r ‖ s (64 bytes).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Literal, get_args

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Algorithm = Literal["ed25519", "sm2-sm3"]
ALGORITHMS: tuple[str, ...] = get_args(Algorithm)

SM2_SIGNER_ID = b"1234567812345678"
_HALF = 32


def verify(algorithm: str, public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` over `message` was made with the private half of `public_key`.

    Raises ValueError for a key that does not fit the algorithm, or an unknown algorithm.
    """
    if algorithm == "ed25519":
        key = Ed25519PublicKey.from_public_bytes(public_key)
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True
    if algorithm == "sm2-sm3":
        sm2 = _sm2(public_key)
        if len(signature) != 2 * _HALF:
            return False
        return bool(sm2.verify(message, signature[:_HALF], signature[_HALF:]))
    raise ValueError(f"unknown signature algorithm {algorithm!r}")


def signer(algorithm: str, private_key: bytes) -> Callable[[bytes], bytes]:
    """A function that signs a message with this key. The key is decoded once.

    gmalg's SM2 does not run in constant time, so only test keys may be used with it.
    """
    if algorithm == "ed25519":
        return Ed25519PrivateKey.from_private_bytes(private_key).sign
    if algorithm == "sm2-sm3":
        sm2 = _gmalg().SM2(private_key, SM2_SIGNER_ID, public_key_of(algorithm, private_key))
        return lambda message: b"".join(_fixed(half) for half in sm2.sign(message))
    raise ValueError(f"unknown signature algorithm {algorithm!r}")


def public_key_of(algorithm: str, private_key: bytes) -> bytes:
    """The public half of a private key."""
    if algorithm == "ed25519":
        return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()
    if algorithm == "sm2-sm3":
        return bytes(_gmalg().SM2().generate_pk(private_key))
    raise ValueError(f"unknown signature algorithm {algorithm!r}")


def new_private_key(algorithm: str) -> bytes:
    """A fresh random private key of 32 bytes."""
    if algorithm == "ed25519":
        return Ed25519PrivateKey.generate().private_bytes_raw()
    if algorithm == "sm2-sm3":
        return _fixed(_gmalg().SM2().generate_keypair()[0])
    raise ValueError(f"unknown signature algorithm {algorithm!r}")


def check_public_key(algorithm: str, public_key: bytes) -> None:
    """Raise ValueError unless `public_key` can be a public key of `algorithm` (right length, on the curve)."""
    if algorithm == "ed25519":
        Ed25519PublicKey.from_public_bytes(public_key)
    elif algorithm == "sm2-sm3":
        _sm2(public_key)
    else:
        raise ValueError(f"unknown signature algorithm {algorithm!r}")


def _gmalg() -> Any:
    # Imported when first needed: gmalg is pure Python, has no type annotations, and most sites sign with Ed25519.
    return importlib.import_module("gmalg")


def _sm2(public_key: bytes) -> Any:
    gmalg = _gmalg()
    if len(public_key) != 1 + 2 * _HALF or public_key[0] != 4 or not gmalg.SM2().verify_pk(public_key):
        raise ValueError("not a point of the SM2 curve, or not written as 04 x y")
    return gmalg.SM2(None, SM2_SIGNER_ID, public_key)


def _fixed(number: bytes) -> bytes:
    # gmalg returns integers without leading zeros.
    return number.rjust(_HALF, b"\0")
