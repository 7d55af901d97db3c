"""The stable codes of the contract with central. The kiosk has texts for those that concern a resident."""

from __future__ import annotations

from kiosk.domain.refusals import RefusalCode

OTHER = "other"
"""Read, journalled and logged in place of a code that is not listed here, from a newer central or in free text."""

REFUSAL_CODES = (
    RefusalCode.UNKNOWN_PERMIT,
    RefusalCode.NOT_YOUR_PERMIT,
    RefusalCode.CHIP_MISMATCH,
    RefusalCode.NAME_DIFFERS,
    RefusalCode.REPORTED_LOST,
    RefusalCode.CANCELLED,
    RefusalCode.ADDRESS_CHANGED,
    RefusalCode.RECORD_MISMATCH,
    RefusalCode.TOO_EARLY,
    RefusalCode.COUNTER_ONLY,
    RefusalCode.NOT_OFFERED,
    RefusalCode.GRANT_IN_USE,
    RefusalCode.SERVED_AT_ONCE,
    RefusalCode.ALREADY_APPLIED,
    RefusalCode.COLLECTION_NOT_OFFERED,
)
RETAINING_CODES = (RefusalCode.REPORTED_LOST, RefusalCode.CANCELLED)
"""The only codes with which a kiosk retains a permit when central orders it (`retain`)."""

SESSION_FAILURES = (
    "chip_mismatch",  # another chip answered than the grant names
    "content_mismatch",  # the chip holds neither the old nor the granted content
    "unexpected_answer",  # an answer that the permit file cannot read, or a status word that allows nothing more
    "chip_silent",  # the chip did not answer at all
    "mac_rejected",  # 6988, 6300, 63Cx, 6983, 9302, 9303: never repeated
    "write_failed",  # read back after the write: still the old content
    "too_many_attempts",
    "grant_expired",
    "relay_refused",  # the kiosk's relay rejected a command of central's
)
RELAY_REFUSALS = (
    "not_an_apdu",  # no command of ISO/IEC 7816-4 in its shortest form, or an extended one
    "class_or_instruction",  # neither SELECT, READ, GET CHALLENGE nor UPDATE under MAC
    "select",  # another application or file, a P2 other than 00, or an Le
    "read",  # another file or record, behind its end, not by short identifier or tag, no exact Le
    "get_challenge",  # not exactly 0084000004
    "update",  # not exactly a planned write of the permit file, with its MAC
    "expected_status",  # SELECT and UPDATE expect 9000 and nothing else
    "update_after_wrong_mac",  # the chip refused a MAC before: no update until it is opened again
)
RETURN_CODES = (
    "papers_incomplete",
    "proof_not_valid",  # not genuine, expired, or of somebody else
    "facts_differ",  # what was declared is not what the register says
    "not_eligible",  # the conditions are not met
    "come_in_person",  # a clerk has to see the holder
)
ENDORSEMENT_STATES = (
    "granted",
    "pending",
    "refused",
    "already_current",
    "cancelled",
    "written",
    "face_pending",
    "unchanged",
    "unknown",
    "expired",
)
PROBLEM_CODES = (
    "invalid_request",
    "missing_idempotency_key",
    "idempotency_conflict",
    "unknown_kiosk",
    "certificate_revoked",
    "not_found",
    "method_not_allowed",
    "too_large",
    "grant_used",
    "grant_not_live",
    "face_only",
    "chip_mismatch",
    "session_closed",
    "wrong_batch",
    "collection_not_offered",
    "too_many",
    "busy",
    "internal_error",
)
