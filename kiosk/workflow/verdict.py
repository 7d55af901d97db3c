"""What an assessment means for the visit: whether it may go on, and the refusal code otherwise."""

from __future__ import annotations

from kiosk.domain.refusals import RefusalCode
from kiosk.policy.assessment import AssessedOutcome, Channel
from kiosk.workflow import states as s


def best_channel(matter: s.AssessedCase) -> Channel | None:
    """The channel of the service once central has verified every proof that it can verify; None: no channel."""
    assessment = matter.assessment
    if matter.answers.is_evidence_settled:
        return assessment.channel
    return assessment.channel_when_verified or assessment.channel


def can_go_on(matter: s.AssessedCase) -> bool:
    """Whether the visit can go on here and now."""
    assessment = matter.assessment
    match assessment.outcome:
        case AssessedOutcome.IN_WINDOW | AssessedOutcome.OVERDUE:
            is_open = True
        case AssessedOutcome.REAPPLY:
            is_open = assessment.new_valid_to is not None  # where the old permit may be rewritten
        case _:
            is_open = False
    return is_open and best_channel(matter) in (Channel.AT_ONCE, Channel.AFTER_REVIEW)


def refusal_code(matter: s.AssessedCase) -> RefusalCode:
    """The refusal code of an assessment, or HOLDER_CANCELLED where it is no refusal."""
    if can_go_on(matter):
        return RefusalCode.HOLDER_CANCELLED
    outcome = matter.assessment.outcome
    match outcome:
        case None:
            return RefusalCode.SENSELESS_DATES
        case AssessedOutcome.TOO_EARLY | AssessedOutcome.REAPPLY | AssessedOutcome.CANCELLED:
            return RefusalCode(outcome.value)
        case AssessedOutcome.IN_WINDOW | AssessedOutcome.OVERDUE:
            return (
                RefusalCode.NOT_OFFERED
                if matter.assessment.channel is Channel.NOT_OFFERED
                else RefusalCode.COUNTER_ONLY
            )
