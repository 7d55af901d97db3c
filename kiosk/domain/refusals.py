"""The refusals with which a visit can end. The values are stored and sent; each has texts (`refusal.<value>`)."""

from __future__ import annotations

from enum import StrEnum


class RefusalCode(StrEnum):
    """Why a resident is not served. A newer central may send reasons that are not listed here."""

    # Central's.
    UNKNOWN_PERMIT = "unknown_permit"  # central has no such permit
    NOT_YOUR_PERMIT = "not_your_permit"  # the permit belongs to somebody else; the kiosk's own too
    CHIP_MISMATCH = "chip_mismatch"  # central's record names another chip, layout or holder for this number
    NAME_DIFFERS = "name_differs"  # same identity number, another name: a person has to look; the kiosk's own too
    REPORTED_LOST = "reported_lost"  # retained on central's word
    CANCELLED = "cancelled"  # retained on central's word
    ADDRESS_CHANGED = "address_changed"  # declared, or known to central
    RECORD_MISMATCH = "record_mismatch"  # the chip holds what central neither recorded nor granted
    TOO_EARLY = "too_early"  # as the next two, the kiosk's own rules say so too
    COUNTER_ONLY = "counter_only"  # the region's rules do not serve this at once
    NOT_OFFERED = "not_offered"  # a service that this call does not know
    GRANT_IN_USE = "grant_in_use"  # another kiosk holds a live grant for this permit
    SERVED_AT_ONCE = "served_at_once"  # asked as an application, but the rules serve it at once
    ALREADY_APPLIED = "already_applied"  # an application of this kind is open for this holder or permit
    COLLECTION_NOT_OFFERED = "collection_not_offered"  # that way, or choosing it now, is not the region's

    # The identity card.
    ID_CARD_EXPIRED = "id_card_expired"
    ID_CARD_KIND_HMT = "id_card_kind_hmt"
    ID_CARD_KIND_FOREIGN = "id_card_kind_foreign"
    ID_CARD_NUMBER_INVALID = "id_card_number_invalid"
    AGENT_NOT_FOR_HOLDER = "agent_not_for_holder"
    HOLDER_NOT_CONFIRMED = "holder_not_confirmed"

    # The permit's chip.
    NO_CHIP = "no_chip"
    NOT_A_PERMIT = "not_a_permit"
    FOREIGN_EPASSPORT = "foreign_epassport"
    FOREIGN_BANK = "foreign_bank"
    CONTENT_UNUSUAL = "content_unusual"
    OTHER_REGION = "other_region"

    # The rules, and what central answered otherwise.
    REAPPLY = "reapply"
    SENSELESS_DATES = "senseless_dates"
    NOTHING_TO_RENEW = "nothing_to_renew"
    ALREADY_CURRENT = "already_current"
    PENDING = "pending"

    # Faults that are shown as a refusal where no permit was taken in, by their names in the catalogue.
    CENTRAL_UNREACHABLE = "central_unreachable"
    CENTRAL_GARBAGE = "central_garbage"
    GRANT_REJECTED = "grant_rejected"
    FACE_UNPRINTABLE = "face_unprintable"

    # How a visit ended before its time.
    HOLDER_CANCELLED = "holder_cancelled"
    TIMED_OUT = "timed_out"
    SWITCHED_OFF = "switched_off"

    UNSPECIFIED = "unspecified"  # the texts of a reason that has none of its own
