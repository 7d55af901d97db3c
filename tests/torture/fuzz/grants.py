"""Every change of a grant's signed bytes, signature, algorithm or key is refused; so is every other permit or chip."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from kiosk.central import contract, signatures
from kiosk.central.grants import GrantKey, GrantRejected, verify_grant
from kiosk.domain.identity_number import PermitNumber
from kiosk.domain.personal import Personal
from tests.torture.fuzz.promises import hold

CHANGES = 20_000  # at scale 1
IN_ONE_GO = 2000
SM2_SHARE = 50  # SM2 is pure Python and takes 30 ms: one grant in so many
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PERMIT, CHIP = PermitNumber("310000202300000018"), "8600310000000A01"
PAYLOAD = (
    contract.GrantPayload(
        endorsement_id=UUID(int=7),
        permit_number=PERMIT,
        chip_serial=CHIP,
        residence_years=None,
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=10),
        content=contract.PermitContent(
            address="上海市浦东新区样例路1号",
            issuing_authority="上海市公安局浦东分局",
            category="standard",
            valid_from=NOW.date(),
            valid_to=NOW.date(),
            endorsement_count=2,
        ),
    )
    .model_dump_json()
    .encode()
)
PRIVATE = {algorithm: bytes(range(1, 33)) for algorithm in signatures.ALGORITHMS}
KEYS = {
    algorithm: GrantKey(algorithm, signatures.public_key_of(algorithm, private))
    for algorithm, private in PRIVATE.items()
}


def _signed(algorithm: str) -> dict[str, str]:
    signature = signatures.signer(algorithm, PRIVATE[algorithm])(PAYLOAD)
    return {
        "payload": base64.b64encode(PAYLOAD).decode(),
        "algorithm": algorithm,
        "key_id": algorithm,
        "signature": base64.b64encode(signature).decode(),
    }


GOOD = {algorithm: _signed(algorithm) for algorithm in signatures.ALGORITHMS}


def mutate_grants(changes: int, begin: int) -> int:
    """Try so many changed grants; how many were refused. Raises `PromiseBroken` for one that is believed."""
    refused = 0
    for algorithm, grant in GOOD.items():
        hold(_believed(grant), f"a grant signed with {algorithm} is believed")
    for done in range(0, changes, IN_ONE_GO):

        @seed(begin + done)
        @settings(
            max_examples=min(IN_ONE_GO, changes - done),
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(
            st.integers(0, 2**32),
            st.sampled_from(["payload", "signature", "text", "key_id", "algorithm"]),
            st.integers(0, 10_000),
            st.integers(1, 255),
            st.binary(max_size=4),
        )
        def attempt(kind: int, where: str, place: int, flip: int, more: bytes) -> None:
            nonlocal refused
            grant = GOOD["sm2-sm3" if kind % SM2_SHARE == 7 else "ed25519"]
            changed = _changed(grant, where, place, flip, more)
            hold(changed != grant, "a change is a change")
            hold(not _believed(changed), "a changed grant is refused")
            refused += 1

        attempt()
    return refused


def _changed(grant: dict[str, str], where: str, place: int, flip: int, more: bytes) -> dict[str, str]:
    if where in ("payload", "signature"):
        raw = bytearray(base64.b64decode(grant[where]))
        raw[place % len(raw)] ^= flip
        raw += more if flip % 2 else b""
        return grant | {where: base64.b64encode(bytes(raw)).decode()}
    if where == "text":
        cut = grant["payload"][: -4 * (1 + place % 8)]
        return grant | {"payload": cut if flip % 2 else f"{grant['payload']}\n"}
    other = next(algorithm for algorithm in signatures.ALGORITHMS if algorithm != grant[where])
    return grant | {where: other if flip % 2 else f"{other}x"}


def _believed(grant: dict[str, str]) -> bool:
    for permit, chip in ((PERMIT, CHIP), (PermitNumber(PERMIT[::-1]), CHIP), (PERMIT, CHIP[::-1])):
        try:
            signed = contract.SignedGrant.model_validate(grant)
            verify_grant(signed, KEYS, now=NOW, permit_number=Personal(permit), chip_serial=chip)
        except (GrantRejected, ValidationError) as error:
            hold(PERMIT not in str(error) and "浦东" not in str(error), "a refusal repeats nothing of a grant")
            if (permit, chip) == (PERMIT, CHIP):
                return False
        else:
            hold((permit, chip) == (PERMIT, CHIP), "a grant is for one permit and one chip")
    return True
