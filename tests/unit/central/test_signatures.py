"""Grant signatures against published examples."""

from __future__ import annotations

import pytest

from kiosk.central import signatures

# GM/T 0003.5-2012, appendix A: the worked example on the recommended curve, with the signer id 1234567812345678.
SM2_PRIVATE = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
SM2_PUBLIC = bytes.fromhex(
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
SM2_SIGNATURE = bytes.fromhex(
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)
SM2_MESSAGE = b"message digest"

# RFC 8032, section 7.1, test 3.
ED_PRIVATE = bytes.fromhex("C5AA8DF43F9F837BEDB7442F31DCB7B166D38535076F094B85CE3A2E0B4458F7")
ED_PUBLIC = bytes.fromhex("FC51CD8E6218A1A38DA47ED00230F0580816ED13BA3303AC5DEB911548908025")
ED_MESSAGE = bytes.fromhex("AF82")
ED_SIGNATURE = bytes.fromhex(
    "6291D657DEEC24024827E69C3ABE01A30CE548A284743A445E3680D7DB5AC3AC"
    "18FF9B538D16F290AE67F760984DC6594A7C15E9716ED28DC027BECEEA1EC40A"
)

PUBLISHED = [
    ("sm2-sm3", SM2_PUBLIC, SM2_MESSAGE, SM2_SIGNATURE),
    ("ed25519", ED_PUBLIC, ED_MESSAGE, ED_SIGNATURE),
]


@pytest.mark.parametrize(("algorithm", "public", "message", "signature"), PUBLISHED)
def test_the_published_signature_is_believed(algorithm: str, public: bytes, message: bytes, signature: bytes) -> None:
    assert signatures.verify(algorithm, public, message, signature)


@pytest.mark.parametrize(("algorithm", "public", "message", "signature"), PUBLISHED)
@pytest.mark.parametrize("at", [0, 31, 32, 63])
def test_a_signature_with_one_other_bit_is_not_believed(
    algorithm: str, public: bytes, message: bytes, signature: bytes, at: int
) -> None:
    other = bytearray(signature)
    other[at] ^= 1
    assert not signatures.verify(algorithm, public, message, bytes(other))


@pytest.mark.parametrize(("algorithm", "public", "message", "signature"), PUBLISHED)
def test_a_signature_of_another_length_or_message_is_not_believed(
    algorithm: str, public: bytes, message: bytes, signature: bytes
) -> None:
    for wrong in (b"", signature[:-1], signature + b"\0", bytes(64)):
        assert not signatures.verify(algorithm, public, message, wrong)
    assert not signatures.verify(algorithm, public, message + b"\0", signature)


@pytest.mark.parametrize(
    ("algorithm", "private", "public"), [("sm2-sm3", SM2_PRIVATE, SM2_PUBLIC), ("ed25519", ED_PRIVATE, ED_PUBLIC)]
)
def test_the_public_half_is_the_published_one(algorithm: str, private: bytes, public: bytes) -> None:
    assert signatures.public_key_of(algorithm, private) == public


@pytest.mark.parametrize("algorithm", signatures.ALGORITHMS)
def test_what_is_signed_with_a_fresh_key_is_believed_with_its_public_half(algorithm: str) -> None:
    private = signatures.new_private_key(algorithm)
    signature = signatures.signer(algorithm, private)(b"a grant")
    assert (len(private), len(signature)) == (32, 64)
    assert signatures.verify(algorithm, signatures.public_key_of(algorithm, private), b"a grant", signature)


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("sm2-sm3", SM2_PUBLIC[:-1] + b"\x00"),  # not on the curve
        ("sm2-sm3", SM2_PUBLIC[1:]),
        ("sm2-sm3", b""),
        ("ed25519", ED_PUBLIC[:-1]),
        ("rot13", ED_PUBLIC),
    ],
)
def test_a_key_that_is_none_is_refused(algorithm: str, key: bytes) -> None:
    with pytest.raises(ValueError, match=r"curve|32 bytes|unknown"):
        signatures.check_public_key(algorithm, key)
