"""Tells a visit's story in plain words, in a technician's language. What only the machine cares about is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kiosk.journal.past_steps import PastStep
from kiosk.journal.visit_story import Stop, VisitStory
from kiosk.texts.translation import Translation
from kiosk.texts.words import Text

_PLAIN: Mapping[str, str] = {
    "IdCardRead": "story.id_card_read",
    "IdCardNotReadable": "story.id_card_not_readable",
    "PermitTakenIn": "story.permit_taken_in",
    "PermitNotTakenIn": "story.permit_not_taken_in",
    "PermitRead": "story.permit_read",
    "WorkFound": "story.work_found",
    "GrantReceived": "story.grant_received",
    "EndorsementPending": "story.endorsement_pending",
    "PermitAlreadyCurrent": "story.permit_already_current",
    "FaceRewritten": "story.face_rewritten",
    "PermitAtMouth": "story.permit_at_mouth",
    "PermitTaken": "story.permit_taken",
    "PermitRetained": "story.permit_retained",
    "ReceiptPrinted": "story.receipt_printed",
    "LicenceCodeRead": "story.licence_code_read",
    "LicenceCodeNotReadable": "story.licence_code_not_readable",
    "ApplicationReceived": "story.application_received",
    "CollectionRecorded": "story.collection_recorded",
}
"""Event → the text of what happened, where the event alone says it."""

_WITH_FACT: Mapping[str, tuple[str, str]] = {
    "IdCardRefused": ("story.id_card_refused", "refusal"),
    "PermitNotRecognised": ("story.permit_not_recognised", "refusal"),
    "EndorsementRefused": ("story.endorsement_refused", "refusal"),
    "AttendantConfirmed": ("story.attendant_confirmed", "attendant"),
    "EvidenceAnswered": ("story.evidence_answered", "result"),
    "SwitchOffRequested": ("story.switch_off_requested", "why"),
}
"""Event → its text, and the fact that the text repeats: a stable word or number of the catalogues."""

_OF_FAULTS: Mapping[str, str] = {
    "DeviceFailed": "story.device_failed",
    "CentralFailed": "story.central_failed",
    "PermitOutOfSight": "story.permit_out_of_sight",
    "PathNotInspected": "story.device_failed",
    "FaceNotRewritten": "story.face_not_rewritten",
    "ReceiptNotPrinted": "story.receipt_not_printed",
    "CodeScannerFailed": "story.device_failed",
}

_CHOSEN: Mapping[str, str] = {
    "confirm": "story.confirmed",
    "cancel": "story.cancelled",
    "accept_notice": "story.notice_accepted",
}

_CHIP: Mapping[str, str] = {
    "old": "story.chip_examined_old",
    "new": "story.chip_examined_new",
    "unknown": "story.chip_examined_unknown",
}

_FOUND: Mapping[str, str] = {
    "with_holder": "story.path_empty",
    "inside": "story.permit_found_inside",
    "at_mouth": "story.permit_found_at_mouth",
    "retained": "story.permit_found_retained",
    "unknown": "story.permit_not_found",
}


def lines_of(story: VisitStory, translation: Translation) -> Iterator[str]:
    """The story: a line with the time for each thing that happened. `translation`: with technicians' texts."""
    previous: PastStep | None = None
    for entry in story.entries:
        if isinstance(entry, Stop):
            key = "story.stopped_in_order" if entry.in_good_order else "story.stopped"
            yield f"{entry.at:%H:%M:%S}  {translation.text(key)}"
            yield f"{entry.started_again_at:%H:%M:%S}  {translation.text('story.started_again')}"
            continue
        for words in _words_of(entry, previous, translation):
            yield f"{entry.at:%H:%M:%S}  {words}"
        previous = entry


def heading_of(story: VisitStory, translation: Translation) -> str:
    """The visit's purpose and outcome."""
    return purpose_and_outcome(story.purpose, story.outcome, translation)


def purpose_and_outcome(purpose: str, outcome: str, translation: Translation) -> str:
    """What a visit was for and what came of it, by their stable words."""
    for_what = known_words(Text(f"story.purpose.{purpose}"), purpose, translation)
    return f"{for_what}: {known_words(Text(f'story.outcome.{outcome}'), outcome, translation)}"


def trouble(code: str, translation: Translation) -> str:
    """What a fault's code stands for; the code alone where no catalogue of this version has it."""
    return known_words(Text(f"trouble.{code}"), code, translation)


def known_words(text: Text, word: str, translation: Translation) -> str:
    """The text; or the stable word itself where this version has no text for it, because another version wrote it."""
    return translation.words(text) if text.key in translation.texts else word


def _words_of(step: PastStep, previous: PastStep | None, translation: Translation) -> Iterator[str]:
    if previous is None and step.state_before in ("Idle", "OutOfHours"):
        yield translation.text("story.began")
    key, args = _told(step, translation)
    if key:
        yield translation.text(key, **args)
    if step.event == "FaceRewritten" and step.custody == "at_mouth":
        yield translation.text("story.permit_at_mouth")
    if step.state_after == "TakingBack" and step.state_before != "TakingBack":
        yield translation.text("story.taken_back")
    if step.state_after == "ReturningPermit" and step.state_before != "ReturningPermit":
        yield translation.text("story.giving_back")
    if step.facts.get("in_bin") is False:
        yield translation.text("story.perhaps_in_bin")
    if step.state_after == "OutOfService" and step.state_before != "OutOfService":
        yield translation.text("story.out_of_service")


def _told(step: PastStep, translation: Translation) -> tuple[str, dict[str, str]]:
    """The key of what happened in this step, and its placeholders; "" where nobody needs to hear of it."""
    facts = step.facts
    if (key := _PLAIN.get(step.event)) is not None:
        return key, {}
    if step.event in _WITH_FACT:
        key, fact = _WITH_FACT[step.event]
        return key, {fact: str(facts.get(fact, "?"))}
    if step.event in _OF_FAULTS:
        return _OF_FAULTS[step.event], {"fault": trouble(str(facts.get("fault", "?")), translation)}
    match step.event:
        case "PersonChose" if step.state_before == "AwaitingHolder":
            return "story.permit_asked_for", {}
        case "PersonChose":
            return _CHOSEN.get(str(facts.get("intent")), ""), {}
        case "ChipBatchReceived" if facts.get("batch") == 1:
            return "story.chip_writing", {}
        case "ChipVerdictReceived":
            return ("story.chip_written" if facts.get("written") else "story.chip_not_written"), {}
        case "ChipExamined":
            return _CHIP.get(str(facts.get("examined")), ""), {}
        case "PathInspected":
            return _FOUND.get(step.custody, ""), {}
        case "AttendantNotConfirmed":
            return "story.attendant_not_confirmed", {}
        case "DeadlinePassed" if step.state_after in ("Idle", "OutOfHours") and step.state_before != "Thanking":
            return "story.nobody_there", {}
        case _:
            return "", {}
