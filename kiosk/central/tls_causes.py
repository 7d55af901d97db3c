"""Why TLS with central failed: OpenSSL's reasons, grouped into the few kinds with different remedies.

Numbers of a failed verification: OpenSSL, `X509_STORE_CTX_get_error(3)`. Names of reasons: `SSL_R_*` in its `sslerr.h`;
an alert from the other end has ALERT in its name.
"""

from __future__ import annotations

import ssl

EXPIRED = "certificate_expired"
NOT_YET_VALID = "certificate_not_yet_valid"
OTHER_NAME = "certificate_other_name"
OTHER_AUTHORITY = "certificate_other_authority"
NOT_ACCEPTED = "certificate_not_accepted"
KIOSK_REFUSED = "kiosk_certificate_refused"
NOT_TLS = "not_tls"
VERSION = "tls_version"
OTHER = "tls_failed"

CAUSES = (EXPIRED, NOT_YET_VALID, OTHER_NAME, OTHER_AUTHORITY, NOT_ACCEPTED, KIOSK_REFUSED, NOT_TLS, VERSION, OTHER)

_OF_VERIFICATION = {
    9: NOT_YET_VALID,
    10: EXPIRED,
    62: OTHER_NAME,
    64: OTHER_NAME,
    2: OTHER_AUTHORITY,
    18: OTHER_AUTHORITY,
    19: OTHER_AUTHORITY,
    20: OTHER_AUTHORITY,
    21: OTHER_AUTHORITY,
}
_NOT_TLS = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
    "UNEXPECTED_MESSAGE",
    "UNKNOWN_PROTOCOL",
    "BAD_RECORD_TYPE",
)
_OF_KIOSK = ("UNKNOWN_CA", "ACCESS_DENIED", "CERTIFICATE", "DECRYPT_ERROR")
_OF_VERSION = ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "INAPPROPRIATE_FALLBACK")


def cause_of(error: ssl.SSLError) -> str:
    """The cause of `error`, one of `CAUSES`."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _OF_VERIFICATION.get(error.verify_code, NOT_ACCEPTED)
    reason = error.reason or ""
    if any(word in reason for word in _OF_VERSION):
        return VERSION
    if "ALERT" in reason and any(word in reason for word in _OF_KIOSK):
        return KIOSK_REFUSED
    return NOT_TLS if reason in _NOT_TLS else OTHER
