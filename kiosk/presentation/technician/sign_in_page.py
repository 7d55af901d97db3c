"""Signing in: what is typed, and why it did not let anybody in."""

from __future__ import annotations

from kiosk.presentation.models.frame import Frame
from kiosk.presentation.models.technician import SignInScreen
from kiosk.texts.words import Text
from kiosk.workflow.technician import tasks as t

NUMBER_AND_CODE, LONGEST_PIN, UNLOCK_CODE = (2, 3, 3), (10,), (4, 4)
"""How the digits stand in groups."""
SHORTEST_PIN = 6


def sign_in_page(frame: Frame, task: t.SigningIn, *, has_service_cards: bool = False) -> SignInScreen:
    """`has_service_cards`: there is a reader for service cards."""
    match task:
        case t.EnteringNumber(problem=problem, wait_s=wait_s):
            return SignInScreen(
                frame,
                Text("sign_in.number_and_code"),
                Text("sign_in.lead_with_cards" if has_service_cards else "sign_in.lead"),
                NUMBER_AND_CODE,
                least=sum(NUMBER_AND_CODE),
                is_secret=False,
                problem=_problem(problem, wait_s),
                can_unlock=problem is t.SignInProblem.LOCKED,
            )
        case t.EnteringPin() | t.CheckingTechnician():
            return SignInScreen(
                frame,
                Text("sign_in.pin"),
                Text("sign_in.pin_lead_by_card" if t.rests_on_service_card(task) else "sign_in.pin_lead"),
                LONGEST_PIN,
                least=SHORTEST_PIN,
                is_secret=True,
                busy=isinstance(task, t.CheckingTechnician),
            )
        case t.EnteringUnlockCode(problem=problem):
            return _unlock(frame, problem, busy=False)
        case t.CheckingUnlockCode():
            return _unlock(frame, None, busy=True)


def _unlock(frame: Frame, problem: t.SignInProblem | None, *, busy: bool) -> SignInScreen:
    return SignInScreen(
        frame,
        Text("sign_in.unlock_code"),
        Text("sign_in.unlock_lead"),
        UNLOCK_CODE,
        least=sum(UNLOCK_CODE),
        is_secret=False,
        problem=_problem(problem, 0),
        busy=busy,
    )


def _problem(problem: t.SignInProblem | None, wait_s: int) -> Text | None:
    if problem is None:
        return None
    args = (("seconds", wait_s),) if problem is t.SignInProblem.WAIT else ()
    return Text(f"sign_in.problem.{problem.value}", args)
