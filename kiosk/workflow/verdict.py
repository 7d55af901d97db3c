"""What an assessment means for the visit: may it go on, and which no is it otherwise."""

from __future__ import annotations

from kiosk.domain.refusals import RefusalCode
from kiosk.policy.assessment import AssessedOutcome, Channel
from kiosk.workflow import states as s


def best_channel(matter: s.AssessedCase) -> Channel | None:
    """How it is served here once central verified what it can; when nothing is left to be shown, how it is served."""
    assessment = matter.assessment
    if matter.answers.is_evidence_settled:
        return assessment.channel
    return assessment.channel_when_verified or assessment.channel


def can_go_on(matter: s.AssessedCase) -> bool:
    """Whether the next step is served here and now."""
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
    """The code of the no that an assessment is, or HOLDER_CANCELLED where it is a yes."""
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
