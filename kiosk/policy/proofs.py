"""The tree of evidence in a region file: groups of which one is enough, proofs with parts, what central can verify."""

from __future__ import annotations

from collections.abc import Set

from kiosk.policy.assessment import EvidenceAsked
from kiosk.policy.region import Region


def is_verified(region: Region, key: str, verified: Set[str]) -> bool:
    """Whether the proof `key`, one of its group, or every part of it was verified."""
    proof = region.evidence[key]
    if key in verified or any(is_verified(region, member, verified) for member in proof.any_of):
        return True
    return bool(proof.all_of) and all(is_verified(region, part, verified) for part in proof.all_of)


def verifiable(region: Region, key: str) -> tuple[str, ...]:
    """The keys that central can verify for the proof `key`, in the file's order: itself, or its parts and members."""
    proof = region.evidence[key]
    below = tuple(leaf for each in (*proof.any_of, *proof.all_of) for leaf in verifiable(region, each))
    return ((key,) if proof.central_verifies else ()) + below


def needs(region: Region, asked: EvidenceAsked) -> tuple[tuple[str, ...], ...]:
    """The needs, each a tuple of keys of which one is enough. Proofs that central cannot verify are left out."""
    found = [need for key in asked.all_of for need in _needs_of(region, key)]
    if asked.any_of:
        found.append(asked.any_of)
    of_use = (tuple(key for key in need if verifiable(region, key)) for need in found)
    return tuple(dict.fromkeys(need for need in of_use if need))


def _needs_of(region: Region, key: str) -> tuple[tuple[str, ...], ...]:
    proof = region.evidence[key]
    if proof.all_of and not proof.central_verifies:
        return tuple(need for part in proof.all_of for need in _needs_of(region, part))
    return (proof.any_of or (key,),)


def is_open(region: Region, key: str, verified: Set[str], given_up: Set[str]) -> bool:
    """Whether the holder can still have `key` verified by showing something that was not given up."""
    if is_verified(region, key, verified):
        return True
    proof = region.evidence[key]
    if proof.central_verifies and key not in given_up:
        return True
    if any(is_open(region, member, verified, given_up) for member in proof.any_of):
        return True
    return bool(proof.all_of) and all(is_open(region, part, verified, given_up) for part in proof.all_of)
