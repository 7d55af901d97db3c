"""Calls to central whose number is written with the step that orders them, which saves a second write to disk."""

from __future__ import annotations

from uuid import uuid5

from kiosk.central.repeating import Call
from kiosk.journal.journal import NumberedCall
from kiosk.workflow import effects as do

Numbered = do.RequestEndorsement | do.Apply | do.OpenChipSession | do.SendChipAnswers


def call_of(effect: Numbered) -> NumberedCall:
    """The call that carries out `effect`. The same effect has the same key, so that a repetition is recognised."""
    match effect:
        case do.RequestEndorsement(endorsement_id=number):
            return NumberedCall(Call.ENDORSEMENTS.value, str(number), number)
        case do.Apply(application_id=number):
            return NumberedCall(Call.APPLICATIONS.value, str(number), number)
        case do.OpenChipSession(grant=grant, call_id=call_id):
            return NumberedCall(Call.CHIP_SESSION.value, str(call_id), grant.endorsement_id)
        case do.SendChipAnswers(endorsement_id=number, session_id=session_id, batch=batch):
            key = uuid5(session_id, f"answers to batch {batch}")
            return NumberedCall(Call.RESPONSES.value, str(key), number)
