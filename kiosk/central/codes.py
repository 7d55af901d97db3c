"""Every stable code of the contract with central. The kiosk has a text for what concerns a resident."""

from __future__ import annotations

OTHER = "other"
"""What a kiosk reads, journals and logs in place of a code that is not listed here: a newer central's, or prose."""

REFUSAL_CODES = (
    "unknown_permit",  # central has no such permit
    "not_your_permit",  # the permit belongs to somebody else
    "chip_mismatch",  # central's record names another chip, another layout or another holder for this number
    "name_differs",  # same identity number, another name: a person has to look
    "reported_lost",  # retained on central's word
    "cancelled",  # retained on central's word
    "address_changed",  # declared, or known to central
    "record_mismatch",  # the chip holds what central neither recorded nor granted
    "too_early",
    "counter_only",  # the region's rules do not serve this at once
    "not_offered",  # a service that this call does not know
    "grant_in_use",  # another kiosk holds a live grant for this permit
    "served_at_once",  # asked as an application, but the rules serve it at once: ask for an endorsement
    "already_applied",  # an application of this kind is open for this holder or permit
    "collection_not_offered",  # that way, or choosing it now, is not the region's
)
RETAINING_CODES = ("reported_lost", "cancelled")
"""With these alone a kiosk keeps a permit on central's word (`retain`)."""

SESSION_FAILURES = (
    "chip_mismatch",  # another chip answered than the grant names
    "content_mismatch",  # the chip holds neither the old nor the granted content
    "unexpected_answer",  # an answer that the permit file cannot read, or a status word that allows nothing more
    "chip_silent",  # the chip did not answer at all
    "mac_rejected",  # 6988, 6300, 63Cx, 6983, 9302, 9303: never repeated
    "write_failed",  # read back after the write: still the old content
    "too_many_attempts",
    "grant_expired",
    "relay_refused",  # the kiosk's relay does not let a command of central's through
)
RELAY_REFUSALS = (
    "not_an_apdu",  # no command of ISO/IEC 7816-4 in its shortest form, or an extended one
    "class_or_instruction",  # neither SELECT, READ, GET CHALLENGE nor UPDATE under MAC
    "select",  # another application or file, a P2 other than 00, or an Le
    "read",  # another file or record, behind its end, not by short identifier or tag, no exact Le
    "get_challenge",  # not exactly 0084000004
    "update",  # not exactly a planned write of the permit file, with its MAC
    "expected_status",  # SELECT and UPDATE expect 9000 and nothing else
    "update_after_wrong_mac",  # the chip refused a MAC before: no update until it is opened anew
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
