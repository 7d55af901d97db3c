"""The proofs that the rules ask for: looked up in central's own records first, then by electronic licence codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kiosk.domain.applications import EvidenceResult, Proof
from kiosk.domain.endorsement import Refusal
from kiosk.domain.personal import Personal
from kiosk.domain.refusals import RefusalCode
from kiosk.policy.proofs import is_open, is_verified, needs, verifiable
from kiosk.policy.region import Region
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.transition import Site, Step, conclude, decline

NONE_OF_THESE = "none"
"""The choice for "none of these" where one of several proofs is asked for."""

UNREADABLE, NOT_VERIFIED = "unreadable", "not_verified"


def seek(site: Site, visit: s.Visit, matter: s.AssessedCase) -> Step:
    """Ask for the next missing proof; when none is left to ask for, ask the rules again."""
    region, answers = site.region, matter.answers
    missing = _missing(region, matter)
    asked_of_central = {proof.key for proof in answers.proofs if proof.licence_code is None}
    for leaf in (leaf for need in missing for key in need for leaf in verifiable(region, key)):
        if leaf not in asked_of_central:
            return _verify(visit, matter, leaf, None)
    if site.has_code_scanner:
        for need in missing:
            keys = tuple(key for key in need if is_open(region, key, answers.verified, answers.given_up))
            if keys:
                return _ask_holder(region, visit, matter, keys)
    settled = replace(answers, is_evidence_settled=True)
    assessing = s.Assessing(visit, matter.case, settled, central_silent=False, shown=matter.assessment)
    return Step(assessing, (do.Assess(matter.case, visit.purpose, settled),))


def _missing(region: Region, matter: s.AssessedCase) -> list[tuple[str, ...]]:
    verified = matter.answers.verified
    return [
        need
        for need in needs(region, matter.assessment.evidence)
        if not any(is_verified(region, key, verified) for key in need)
    ]


def _ask_holder(region: Region, visit: s.Visit, matter: s.AssessedCase, keys: tuple[str, ...]) -> Step:
    """Let the holder choose one of `keys`, unless part of one was shown already."""
    begun = [key for key in keys if _is_begun(region, matter.answers, key)]
    if len(keys) > 1 and not begun:
        return Step(s.ChoosingProof(visit, matter, keys))
    return _ask_for(region, visit, matter, (begun or keys)[0])


def _is_begun(region: Region, answers: s.Answers, key: str) -> bool:
    shown = {proof.key for proof in answers.proofs if proof.licence_code is not None}
    return bool(answers.verified & shown & set(verifiable(region, key)))


def _ask_for(region: Region, visit: s.Visit, matter: s.AssessedCase, key: str) -> Step:
    """Ask for the proof `key`: descend to one that has a code, through missing parts, and by choice within a group."""
    proof, answers = region.evidence[key], matter.answers
    if proof.central_verifies and key not in answers.given_up:
        return _read_code(visit, matter, key)
    parts = [part for part in proof.all_of if not is_verified(region, part, answers.verified)]
    if parts:
        return _ask_for(region, visit, matter, parts[0])
    members = tuple(each for each in proof.any_of if is_open(region, each, answers.verified, answers.given_up))
    return _ask_holder(region, visit, matter, members)


def _verify(visit: s.Visit, matter: s.AssessedCase, key: str, code: Personal[str] | None) -> Step:
    verifying = s.VerifyingEvidence(visit, matter, key, code)
    return Step(verifying, (do.VerifyEvidence(matter.case, visit.purpose, key, code),))


def _read_code(visit: s.Visit, matter: s.AssessedCase, key: str, problem: str = "") -> Step:
    return Step(s.ReadingLicenceCode(visit, matter, key, problem), (do.ReadLicenceCode(),))


def _without(region: Region, matter: s.AssessedCase, keys: Iterable[str]) -> s.AssessedCase:
    """`matter`, with the note that the holder will not show any of `keys`."""
    leaves = {leaf for key in keys for leaf in verifiable(region, key)}
    return replace(matter, answers=replace(matter.answers, given_up=matter.answers.given_up | leaves))


def verifying_evidence(site: Site, state: s.VerifyingEvidence, event: on.Event) -> Step | None:
    match event:
        case on.EvidenceAnswered(key=key, result=result) if key == state.key:
            return _answered(site, state, result)
        case on.CentralFailed(fault=fault):
            return decline(state.visit, fault.name, state.matter.case)
        case on.DeadlinePassed():
            return decline(state.visit, RefusalCode.CENTRAL_UNREACHABLE, state.matter.case)
        case on.PersonChose(intent=Intent.CANCEL):
            return decline(state.visit, RefusalCode.HOLDER_CANCELLED, state.matter.case)
        case _:
            return None


def _answered(site: Site, state: s.VerifyingEvidence, result: EvidenceResult) -> Step:
    proof = Proof(state.key, state.licence_code, result)
    earlier = (each for each in state.matter.answers.proofs if not _is_another_try(each, proof))
    matter = replace(state.matter, answers=replace(state.matter.answers, proofs=(*earlier, proof)))
    if state.licence_code is None or result is EvidenceResult.VERIFIED:
        return seek(site, state.visit, matter)
    if result is EvidenceResult.NOT_VERIFIED:
        return _read_code(state.visit, matter, state.key, NOT_VERIFIED)
    return seek(site, state.visit, _without(site.region, matter, (state.key,)))


def _is_another_try(earlier: Proof, proof: Proof) -> bool:
    """Whether `proof` replaces `earlier`: the same proof, verified in the same way (by records or by code)."""
    return earlier.key == proof.key and (earlier.licence_code is None) == (proof.licence_code is None)


def choosing_proof(site: Site, state: s.ChoosingProof, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.CHOOSE, choice=key) if key in state.keys:
            return _ask_for(site.region, state.visit, state.matter, key)
        case on.PersonChose(intent=Intent.NO_PROOF) | on.PersonChose(intent=Intent.CHOOSE, choice="none"):
            return seek(site, state.visit, _without(site.region, state.matter, state.keys))
        case on.PersonChose(intent=Intent.CANCEL):
            return decline(state.visit, RefusalCode.HOLDER_CANCELLED, state.matter.case)
        case on.DeadlinePassed():
            return decline(state.visit, RefusalCode.TIMED_OUT, state.matter.case)
        case _:
            return None


def reading_licence_code(site: Site, state: s.ReadingLicenceCode, event: on.Event) -> Step | None:
    matter = state.matter
    match event:
        case on.LicenceCodeRead(code=code):
            return _verify(state.visit, matter, state.key, code)
        case on.LicenceCodeNotReadable():
            return Step(replace(state, problem=UNREADABLE))
        case on.CodeScannerFailed():
            everything = (key for need in _missing(site.region, matter) for key in need)
            return seek(site, state.visit, _without(site.region, matter, everything))
        case on.PersonChose(intent=Intent.NO_PROOF):
            step = seek(site, state.visit, _without(site.region, matter, (state.key,)))
            return Step(step.state, (do.StopCodeScanner(), *step.effects))
        case on.PersonChose(intent=Intent.CANCEL):
            return _refused(state, RefusalCode.HOLDER_CANCELLED)
        case on.DeadlinePassed():
            return _refused(state, RefusalCode.TIMED_OUT)
        case _:
            return None


def _refused(state: s.ReadingLicenceCode, code: str) -> Step:
    case = state.matter.case
    declined = s.Declined(Refusal(code), s.permit_of(case))
    return conclude(state.visit, case, declined, do.StopCodeScanner())
