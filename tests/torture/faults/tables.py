"""The tables of the page: which states, which faults, and what is not combined and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from drivers.permit_unit.dialects import CRT
from kiosk.workflow import states as s
from tests.torture.faults.causes import CAUSES, CRT_CAUSES, Cause
from tests.torture.faults.resident import Way
from tests.torture.faults.ways import FILES_OF_XU, WAYS, XU, all_states

_STARTS_AND_RESTS = (s.Recovering, s.Idle, s.OutOfHours, s.OutOfService)
_BEFORE_A_PERMIT = (s.ShowingNotice, s.ReadingIdCard, s.AwaitingPermit, s.WithdrawingOffer)
_WITH_A_PERMIT = (
    s.ReadingPermit,
    s.LookingAhead,
    s.ShowingStatus,
    s.AskingPendingRewrites,
    s.Assessing,
    s.ShowingAssessment,
    s.Declaring,
    s.AskingCentral,
    s.Confirming,
    s.OpeningChipSession,
    s.RelayingBatch,
    s.SendingChipAnswers,
    s.ReadingChipBack,
    s.ReturningPermit,
    s.RecoveringChip,
    s.RecoveringGrant,
    s.AwaitingHolder,
    s.TakingBack,
    s.Retaining,
    s.AwaitingRemoval,
    s.PrintingReceipt,
    s.Thanking,
    s.ShowingOutcome,
)
_ASSESSED = (s.Assessing, s.ShowingAssessment)
_ASKED_FOR = (s.Declaring, s.AskingCentral)
_OF_THE_FACE = (s.RewritingFace, s.RecoveringFace)
_OTHER_SERVICES = tuple(
    kind for kind in all_states() if kind not in (*_STARTS_AND_RESTS, *_BEFORE_A_PERMIT, *_WITH_A_PERMIT, *_OF_THE_FACE)
)


@dataclass(frozen=True)
class Table:
    """Rows and columns of which every cell is played. `left_out`: the states and the parts or causes that are not
    combined, by the reason.
    """

    title: str
    about: str
    ways: Mapping[str, Way]
    causes: Mapping[str, Cause]
    left_out: Mapping[str, tuple[type[s.State] | str, ...]]


def _renewals(suffix: str, *kinds: type[s.State]) -> Iterator[tuple[str, Way]]:
    """The rows of the first table for these states."""
    return ((f"{row}, {suffix}", way) for row, way in WAYS.items() if way.state in kinds)


def _with_crt() -> dict[str, Way]:
    rows = _renewals("CRT-591-M", *_STARTS_AND_RESTS, *_BEFORE_A_PERMIT, *_WITH_A_PERMIT)
    return {
        row: replace(way, unit=CRT, cut_at=s.ReadingChipBack if way.cut_at is s.RewritingFace else way.cut_at)
        for row, way in rows
    }


def _half_written() -> dict[str, Way]:
    rows = _renewals("half written", *(kind for kind in _WITH_A_PERMIT if kind not in _ASKED_FOR), *_OF_THE_FACE)
    inside = _renewals("half written", *_STARTS_AND_RESTS)
    return {
        row: replace(
            way,
            visitor=XU,
            site=FILES_OF_XU,
            half_written=True,
            central_silent_at=s.AskingPendingRewrites if way.state in _ASSESSED else None,
        )
        for row, way in (*rows, *(each for each in inside if "inside" in each[0]))
    }


def _causes_of(*parts: str) -> dict[str, Cause]:
    return {key: cause for key, cause in CAUSES.items() if cause.part in parts}


EVERYTHING = Table("", "", WAYS, CAUSES, {})
WITH_CRT = Table(
    "With the CRT-591-M",
    "The same visits at a site with the other permit unit: it powers the chip itself, behind its own line, and "
    "rewrites no faces, so a renewal ends with F.",
    _with_crt(),
    {**CRT_CAUSES, **_causes_of("permit_chip", "disk"), "central/line_cut": CAUSES["central/line_cut"]},
    {
        "such a site does not come to them": _OF_THE_FACE,
        "in them the unit does nothing, or what it does in the states here": _OTHER_SERVICES,
        "they do not reach the unit, and the machine's answer to them is that of the first table (of central's, one is "
        "combined)": ("id_reader", "receipt_printer", "code_scanner", "central", "certificate", "clock"),
        "there is no pcscd between kiosk and chip": ("pcscd",),
    },
)
HALF_WRITTEN = Table(
    "A half-written permit",
    "The permit takes several protected writes, and another kiosk, of whose journal nothing is left, was stopped after "
    "the first of them. This visit finishes it; U is half written as before. Held in every cell besides: what is still "
    "half written in the end, the holder's next visit finishes. Before `Assessing` and `ShowingAssessment` central was "
    "silent for a moment: otherwise it says at once what is to be finished, and the visit does not come there.",
    _half_written(),
    _causes_of("permit_unit", "permit_chip", "central", "certificate", "clock", "disk"),
    {
        "what is to be finished, central says before; where it is silent, the dates of such a permit make no sense and "
        "the visit ends earlier": _ASKED_FOR,
        "nobody knows yet that the permit is half written": (*_STARTS_AND_RESTS, *_BEFORE_A_PERMIT),
        "a half-written permit is not what they are for": _OTHER_SERVICES,
        "they have no part in what is written, and the machine's answer to them is that of the first table": (
            "id_reader",
            "receipt_printer",
            "code_scanner",
        ),
        "the chip is read and written through it as in the first table": ("pcscd",),
    },
)
TABLES = (EVERYTHING, WITH_CRT, HALF_WRITTEN)
