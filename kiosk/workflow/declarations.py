"""The declarations that the region asks of a holder: the next question, and what an answer adds."""

from __future__ import annotations

from dataclasses import replace

from kiosk.policy import service_availability
from kiosk.policy.region import Region
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent


def asked_of_agent(region: Region, purpose: s.VisitPurpose) -> tuple[str, ...]:
    agent = None if purpose.agent is None else region.agents.get(purpose.agent)
    return () if agent is None else service_availability.asked_of_agent(agent)


def next_of_service(region: Region, visit: s.Visit, answers: s.Answers) -> str | None:
    """The next question that the visit's service asks."""
    return next_of(region, asked_of_service(region, visit.purpose), answers)


def asked_of_service(region: Region, purpose: s.VisitPurpose) -> tuple[str, ...]:
    service = region.services.get(purpose.service)
    return (
        ()
        if service is None
        else tuple(
            key for key in service.asks if purpose.agent is not None or not region.declarations[key].only_with_agent
        )
    )


def next_of(region: Region, keys: tuple[str, ...], answers: s.Answers) -> str | None:
    """The next of `keys` that still applies after the answers so far; None after the last."""
    for key in keys:
        declaration = region.declarations.get(key)
        if declaration is None or key in answers.asked:
            continue
        if declaration.follows is None or declaration.follows in answers.declared:
            return key
    return None


def with_answer(answers: s.Answers, question: str, event: on.Event) -> s.Answers | None:
    match event:
        case on.PersonChose(intent=Intent.ANSWER_YES):
            return replace(answers, asked=(*answers.asked, question), declared=answers.declared | {question})
        case on.PersonChose(intent=Intent.ANSWER_NO):
            return replace(answers, asked=(*answers.asked, question))
        case _:
            return None
