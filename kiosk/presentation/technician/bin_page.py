"""The permits in the bin: how many, since when, which of them are uncertain, and what is done with them."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.control.snapshot import Snapshot
from kiosk.domain.clock import SHANGHAI
from kiosk.domain.retained import KeptPermit
from kiosk.presentation.context import receipt_number
from kiosk.presentation.models.frame import Frame
from kiosk.presentation.models.technician import PartScreen, Sign, TestOffer
from kiosk.presentation.technician.overview_page import part_name, sign_of, state_of
from kiosk.presentation.technician.part_page import found_in
from kiosk.texts.words import Text, Words
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.technician import tasks as t
from kiosk.workflow.technician.bin import PART, offers_at_bin
from kiosk.workflow.technician.service_state import is_settled

MOST_NAMED = 4
"""So many numbers are on the screen; all are on the list."""

_SIGNS = {
    t.BinResult.PRINTED: Sign.WELL,
    t.BinResult.NOT_PRINTED: Sign.TROUBLE,
    t.BinResult.EMPTIED: Sign.WELL,
    t.BinResult.FAILED: Sign.TROUBLE,
}


def bin_page(frame: Frame, state: s.InServiceMode, task: t.AtBin, machine: Snapshot | None) -> PartScreen:
    """`machine`: how everything is; None until that is known."""
    found = found_in(machine, PART)
    permits = None if isinstance(task, t.ListingBin) else task.permits
    result = task.result if isinstance(task, t.ShowingBin) else None
    is_asking = isinstance(task, t.AskingIfEmptied)
    remedies = [] if found.fault is None else [Text(f"remedy.{found.fault.code}")]
    if not is_settled(state.custody):
        remedies = [Text("bin.permit_in_path")]
    return PartScreen(
        frame,
        part_name(PART),
        sign_of(found),
        Text("bin.question", (("count", len(permits or ())),)) if is_asking else state_of(found),
        remedy=(Text("bin.question_detail"),) if is_asking else tuple(remedies),
        facts=() if permits is None else tuple(_facts(permits)),
        tests=tuple(TestOffer(offer, Text(f"bin.{offer}")) for offer in offers_at_bin(state)),
        result=None if result is None else Text(f"bin.result.{result.value}"),
        result_sign=Sign.UNKNOWN if result is None else _SIGNS[result],
        busy=isinstance(task, t.ListingBin | t.PrintingHandOver | t.NotingEmptied),
        offered=Intent.DO,
    )


def _facts(permits: Sequence[KeptPermit]) -> list[Words]:
    if not permits:
        return [Text("bin.empty")]
    uncertain = [permit for permit in permits if not permit.is_certain]
    facts: list[Words] = [
        Text("bin.count", (("count", len(permits)),)),
        Text("bin.since", (("time", permits[0].at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")),)),
    ]
    if uncertain:
        facts.append(Text("bin.uncertain", (("numbers", _numbers(uncertain)),)))
    return facts


def _numbers(permits: Sequence[KeptPermit]) -> str:
    told = ["-" if permit.endorsement_id is None else receipt_number(permit.endorsement_id) for permit in permits]
    return "  ".join((*told[:MOST_NAMED], *(["…"] if len(told) > MOST_NAMED else [])))
