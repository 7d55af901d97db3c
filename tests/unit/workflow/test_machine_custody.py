"""Single stories about where the permit is, each of which went wrong once or would be told to a new colleague."""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain import faults
from kiosk.domain.endorsement import ChipState, Custody, Drawable, FaceState, Refusal
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.machine import step
from kiosk.workflow.writing import open_session
from tests.unit.workflow.machine_samples import (
    ASKED_FOR,
    AT_THE_COUNTER,
    CASE,
    CUT_OFF,
    FACE_GRANT,
    FOUND_VISIT,
    GRANT,
    HOLDER,
    IN_WINDOW,
    NEW,
    OTHER_LANGUAGE,
    PERMIT,
    RENEWED,
    SEALS,
    SESSION,
    SITES,
    STORIES,
    TODAY,
    VISIT,
)

WITH_BIN, WITHOUT_BIN, WITHOUT_FACE = SITES["with a bin"], SITES["without a bin"], SITES["without a face"]
DEADLINE = on.DeadlinePassed("the one of the state")
RENEWED_NOW = s.Renewed(CASE, GRANT, FaceState.NEW)
FACE_PENDING = s.Renewed(CASE, GRANT, FaceState.PENDING)
NOTHING_OPEN, ASKED_ONLY, CHIP_IN_DOUBT, CHIP_NEW, CHIP_NEW_LONG_AGO = STORIES[:5]


def reported(face: FaceState, custody: Custody) -> do.ReportCompletion:
    return do.ReportCompletion(ASKED_FOR, ChipState.NEW, face, custody, receipt_printed=False)


def test_a_fault_while_a_permit_may_be_going_in_waits_for_the_units_word() -> None:
    failed = step(WITH_BIN, s.AwaitingPermit(VISIT, HOLDER), on.DeviceFailed(faults.ID_READER_LINK))
    ending = s.BrokenOff(faults.ID_READER_LINK, ChipState.OLD, FaceState.OLD)
    assert failed is not None
    assert failed.state == s.WithdrawingOffer(VISIT, ending)
    assert failed.effects == (do.StopTakingIn(),)
    in_time = step(WITH_BIN, failed.state, on.PermitNotTakenIn())
    assert in_time is not None
    assert in_time.state == s.ShowingOutcome(VISIT, ending, Custody.WITH_HOLDER)
    too_late = step(WITH_BIN, failed.state, on.PermitTakenIn())
    assert too_late is not None
    assert too_late.state == s.ReturningPermit(VISIT, ending)
    assert too_late.effects == (do.EjectPermit(),)


def test_a_silent_unit_with_an_open_order_is_inspected_before_anybody_is_served() -> None:
    withdrawing = s.WithdrawingOffer(VISIT, s.Declined(Refusal("timed_out")))
    taken = step(WITH_BIN, withdrawing, DEADLINE)
    assert taken is not None
    assert taken.state == s.OutOfService(faults.PERMIT_UNIT_SILENT, Custody.UNKNOWN, inspecting=True)
    assert taken.effects == (do.ClearPersonalData(), do.InspectPath())


def test_a_unit_that_let_go_of_the_order_to_take_a_permit_in_gets_it_again() -> None:
    waiting = s.AwaitingPermit(VISIT, HOLDER)
    taken = step(WITH_BIN, waiting, on.PermitNotTakenIn())
    assert taken is not None
    assert taken.state == waiting
    assert taken.effects == (do.TakePermitIn(),)


def test_a_forgotten_permit_that_the_full_bin_did_not_take_is_not_offered_to_the_next_who_comes() -> None:
    full = step(WITH_BIN, s.Retaining(VISIT, RENEWED_NOW), on.DeviceFailed(faults.BIN_FULL))
    assert full is not None
    assert full.state == s.OutOfService(faults.BIN_FULL, Custody.INSIDE, held=True)
    assert full.effects == (reported(FaceState.NEW, Custody.INSIDE), do.ClearPersonalData())
    found = step(WITH_BIN, full.state, on.PathInspected(Custody.INSIDE, NOTHING_OPEN, FOUND_VISIT))
    assert found is not None
    assert isinstance(found.state, s.Retaining)
    assert found.effects == (do.RetainPermit(),)


def test_without_a_bin_a_held_permit_stays_inside_until_staff_took_it() -> None:
    held = s.OutOfService(faults.PERMIT_HELD_INSIDE, Custody.INSIDE, held=True, inspecting=True)
    still_there = step(WITHOUT_BIN, held, on.PathInspected(Custody.INSIDE, NOTHING_OPEN, FOUND_VISIT))
    assert still_there is not None
    assert still_there.state == replace(held, inspecting=False)
    assert still_there.effects == ()
    assert step(WITHOUT_BIN, held, on.DeviceFailed(faults.ID_READER_LINK)) is None
    gone = step(WITHOUT_BIN, held, on.PathInspected(Custody.WITH_HOLDER, NOTHING_OPEN, FOUND_VISIT))
    assert gone is not None
    assert isinstance(gone.state, s.Idle)


def test_a_unit_that_failed_between_mouth_and_path_leaves_the_permits_place_unknown() -> None:
    taken = step(WITH_BIN, s.TakingBack(VISIT, RENEWED_NOW), on.DeviceFailed(faults.PERMIT_JAMMED))
    assert taken is not None
    assert taken.state == s.OutOfService(faults.PERMIT_JAMMED, Custody.UNKNOWN, held=True)
    assert taken.effects == (reported(FaceState.NEW, Custody.UNKNOWN), do.ClearPersonalData())


def test_out_of_service_believes_the_unit_when_it_tells_late_where_the_permit_is() -> None:
    closed = s.OutOfService(faults.PERMIT_UNIT_SILENT, Custody.INSIDE)
    taken = step(WITH_BIN, closed, on.PermitAtMouth())
    assert taken is not None
    assert taken.state == replace(closed, custody=Custody.AT_MOUTH)


def test_no_second_inspection_is_ordered_while_one_is_under_way() -> None:
    closed = s.OutOfService(faults.PERMIT_JAMMED, Custody.INSIDE)
    asked = step(WITH_BIN, closed, DEADLINE)
    assert asked is not None
    assert asked.effects == (do.InspectPath(),)
    assert step(WITH_BIN, asked.state, DEADLINE) is None
    failed = step(WITH_BIN, asked.state, on.PathNotInspected(faults.UNIT_COVER_OPEN))
    assert failed is not None
    assert failed.state == s.OutOfService(faults.UNIT_COVER_OPEN, Custody.INSIDE)


def test_a_fault_of_another_part_does_not_keep_the_permit_from_its_holder() -> None:
    for state in (s.ReturningPermit(VISIT, RENEWED_NOW), s.AwaitingRemoval(VISIT, RENEWED_NOW)):
        for fault in (faults.ID_READER_LINK, faults.COUPLER_LINK, faults.DISK_FULL):
            assert step(WITH_BIN, state, on.DeviceFailed(fault)) is None


def test_a_permit_is_retained_for_what_its_chip_says_at_the_reading_back_and_for_no_fault_told_meanwhile() -> None:
    reading = s.ReadingChipBack(VISIT, CASE, GRANT)
    # A batch whose deadline has passed may fail only now; the reading back stands behind it in the chip's queue.
    for fault in (faults.ID_READER_LINK, faults.COUPLER_LINK, faults.COUPLER_SILENT, faults.CHIP_SILENT):
        assert step(WITH_BIN, reading, on.DeviceFailed(fault)) is None
    silent = step(WITH_BIN, reading, on.ChipReadBack(None))
    assert silent is not None
    assert isinstance(silent.state, s.Retaining)


def test_a_permit_whose_chip_pcscd_did_not_let_be_opened_for_the_first_batch_is_given_back_as_it_was() -> None:
    failed = on.DeviceFailed(faults.COUPLER_SILENT, nothing_sent=True)
    first = step(WITH_BIN, s.RelayingBatch(VISIT, CASE, GRANT, SESSION, batch=1), failed)
    assert first is not None
    assert isinstance(first.state, s.ReturningPermit)
    ending = first.state.ending
    assert isinstance(ending, s.BrokenOff)
    assert (ending.fault, ending.chip, ending.permit) == (faults.COUPLER_SILENT, ChipState.OLD, CASE.permit)
    for later in (
        s.RelayingBatch(VISIT, CASE, GRANT, SESSION, batch=4, session=2),
        s.RelayingBatch(VISIT, s.FoundPermit(CASE.permit), GRANT, SESSION, batch=1),
    ):
        asked = step(WITH_BIN, later, failed)
        assert asked is not None
        assert isinstance(asked.state, s.ReadingChipBack)


def test_want_of_paper_ends_no_visit() -> None:
    for state in (s.Recovering(), s.ReadingIdCard(VISIT), s.Confirming(VISIT, CASE, GRANT)):
        assert step(WITH_BIN, state, on.DeviceFailed(faults.PAPER_OUT)) is None


def test_a_face_that_was_finished_after_all_counts() -> None:
    returning = s.ReturningPermit(VISIT, FACE_PENDING)
    inside = step(WITH_BIN, returning, on.FaceRewritten(at_mouth=False))
    assert inside is not None
    assert inside.state == s.ReturningPermit(VISIT, RENEWED_NOW)
    given_out = step(WITH_BIN, returning, on.FaceRewritten(at_mouth=True))
    assert given_out is not None
    assert given_out.state == s.AwaitingRemoval(VISIT, RENEWED_NOW)


def test_a_face_that_fails_twice_is_left_and_the_chip_still_counts() -> None:
    first = s.RewritingFace(VISIT, CASE, GRANT, attempt=1)
    again = step(WITH_BIN, first, on.FaceNotRewritten(faults.PERMIT_UNIT_PROTOCOL))
    assert again is not None
    assert again.state == replace(first, attempt=2)
    assert again.effects == (do.RewriteFace(PERMIT.face(NEW)),)
    left = step(WITH_BIN, again.state, on.FaceNotRewritten(faults.PERMIT_UNIT_PROTOCOL))
    assert left is not None
    assert left.state == s.ReturningPermit(VISIT, FACE_PENDING)


UNPRINTABLE = replace(GRANT, drawable=Drawable.CHARACTER_MISSING)


def test_a_grant_that_cannot_be_printed_is_confirmed_without_a_face() -> None:
    asked = s.AskingCentral(VISIT, s.AssessedCase(CASE, s.Answers(), IN_WINDOW, TODAY))
    offered = step(WITH_BIN, asked, on.GrantReceived(UNPRINTABLE))
    assert offered is not None
    assert isinstance(offered.state, s.Confirming)
    assert offered.effects == ()
    confirmed = step(WITH_BIN, offered.state, on.PersonChose(Intent.CONFIRM))
    assert confirmed is not None
    assert isinstance(confirmed.state, s.OpeningChipSession)
    assert confirmed.effects == (open_session(confirmed.state),)
    read_back = step(
        WITH_BIN, s.ReadingChipBack(VISIT, CASE, UNPRINTABLE), on.ChipReadBack(replace(PERMIT, content=NEW))
    )
    assert read_back is not None
    assert read_back.state == s.ReturningPermit(VISIT, s.Renewed(CASE, UNPRINTABLE, FaceState.PENDING))


def test_a_face_that_turns_out_to_be_unprintable_is_left_at_once() -> None:
    left = step(WITH_BIN, s.RewritingFace(VISIT, CASE, GRANT, attempt=1), on.FaceNotRewritten(faults.FACE_UNPRINTABLE))
    assert left is not None
    unprintable = replace(GRANT, drawable=Drawable.NOT_ON_FACE)
    assert left.state == s.ReturningPermit(VISIT, s.Renewed(CASE, unprintable, FaceState.PENDING))


def test_work_on_a_face_that_cannot_be_printed_is_given_back_and_the_visit_goes_on() -> None:
    face = replace(FACE_GRANT, drawable=Drawable.CHARACTER_MISSING)
    taken = step(WITH_BIN, s.AskingPendingRewrites(VISIT, CASE), on.WorkFound(face))
    assert taken is not None
    assert taken.state == s.Assessing(VISIT, CASE, s.Answers(), central_silent=False)
    assert taken.effects[0] == do.CancelEndorsement(FACE_GRANT.endorsement_id, "face_unprintable")


def test_work_on_a_face_is_not_offered_where_the_unit_rewrites_none() -> None:
    taken = step(WITHOUT_FACE, s.AskingPendingRewrites(VISIT, CASE), on.WorkFound(FACE_GRANT))
    assert taken is not None
    assert taken.state == s.Assessing(VISIT, CASE, s.Answers(), central_silent=False)


def test_who_walked_away_did_not_cancel() -> None:
    matter = s.AssessedCase(CASE, s.Answers(), IN_WINDOW, TODAY)
    showing = s.ShowingAssessment(VISIT, matter, central_silent=False)
    walked_away = step(WITH_BIN, showing, DEADLINE)
    assert walked_away is not None
    assert walked_away.state == s.ReturningPermit(VISIT, s.Declined(Refusal("timed_out"), PERMIT, IN_WINDOW))
    at_the_counter = step(WITH_BIN, replace(showing, matter=replace(matter, assessment=AT_THE_COUNTER)), DEADLINE)
    assert at_the_counter is not None
    assert at_the_counter.state == s.ReturningPermit(VISIT, s.Declined(Refusal("counter_only"), PERMIT, AT_THE_COUNTER))


def test_a_chip_that_says_new_is_renewed_whatever_broke_on_the_way() -> None:
    relaying = s.RelayingBatch(VISIT, CASE, GRANT, FOUND_VISIT.id, 1)
    broken = step(WITH_BIN, relaying, on.DeviceFailed(faults.CHIP_REFUSED))
    assert broken is not None
    assert broken.effects == (do.ReadBackChip(),)
    read = step(WITH_BIN, broken.state, on.ChipReadBack(RENEWED))
    assert read is not None
    assert read.state == s.RewritingFace(VISIT, CASE, GRANT, attempt=1)


def test_a_renewal_that_was_cut_off_is_reported_when_the_permit_has_its_place() -> None:
    gone = step(WITH_BIN, s.Recovering(), on.PathInspected(Custody.WITH_HOLDER, CHIP_NEW, FOUND_VISIT))
    assert gone is not None
    assert gone.effects[0] == do.ReportCompletion(
        CUT_OFF, ChipState.NEW, FaceState.PENDING, Custody.WITH_HOLDER, receipt_printed=False
    )
    ahead = do.LoadFace(RENEWED.face(RENEWED.content))
    for story, effect in ((CHIP_NEW, (ahead,)), (CHIP_NEW_LONG_AGO, (do.RetainPermit(),))):
        inside = step(WITH_BIN, s.Recovering(), on.PathInspected(Custody.INSIDE, story, FOUND_VISIT))
        assert inside is not None
        assert inside.effects == (do.ExamineChip(SEALS),)
        read = step(WITH_BIN, inside.state, on.ChipExamined(RENEWED, ChipState.NEW))
        assert read is not None
        assert read.effects == effect


def test_what_was_asked_for_and_never_begun_is_cancelled_after_a_loss_of_power() -> None:
    gone = step(WITH_BIN, s.Recovering(), on.PathInspected(Custody.WITH_HOLDER, ASKED_ONLY, FOUND_VISIT))
    assert gone is not None
    assert gone.effects[0] == do.CancelEndorsement(CUT_OFF, "interrupted")


def test_another_language_changes_the_language_and_nothing_else() -> None:
    confirming = s.Confirming(VISIT, CASE, GRANT)
    taken = step(WITH_BIN, confirming, on.PersonChose(Intent.CHOOSE_LANGUAGE, OTHER_LANGUAGE))
    assert taken is not None
    assert taken.state == replace(confirming, visit=replace(VISIT, language=OTHER_LANGUAGE))
    assert taken.effects == ()
    assert step(WITH_BIN, confirming, on.PersonChose(Intent.CHOOSE_LANGUAGE, "tlh")) is None


def told_of(story: s.InterruptedVisit) -> list[tuple[Custody, bool]]:
    """What central hears of a permit whose path is found empty: where it is, and whether the grant is given back."""
    gone = step(
        WITH_BIN,
        s.OutOfService(faults.PERMIT_JAMMED, Custody.INSIDE),
        on.PathInspected(Custody.WITH_HOLDER, story, FOUND_VISIT),
    )
    assert gone is not None
    assert isinstance(gone.state, s.Idle)
    given_back = any(isinstance(effect, do.CancelEndorsement) for effect in gone.effects)
    return [(effect.custody, given_back) for effect in gone.effects if isinstance(effect, do.ReportCompletion)]


def test_a_permit_that_staff_took_out_by_hand_is_not_told_of_as_its_holders() -> None:
    inside = replace(ASKED_ONLY, was_inside=True)
    assert told_of(inside) == [(Custody.UNKNOWN, True)]
    assert told_of(replace(CHIP_NEW, was_inside=True)) == [(Custody.UNKNOWN, False)]
    assert told_of(replace(CHIP_NEW, was_inside=False)) == [(Custody.WITH_HOLDER, False)]


def test_central_hears_of_a_permit_that_staff_took_out_though_it_was_never_asked_about_it() -> None:
    assert told_of(replace(NOTHING_OPEN, was_inside=True)) == [(Custody.UNKNOWN, False)]
    assert told_of(replace(NOTHING_OPEN, was_inside=False)) == []


def test_a_permit_that_the_unit_never_said_was_retained_is_not_told_of_as_in_the_bin() -> None:
    assert told_of(replace(CHIP_NEW, put_away=s.PutAway.ORDERED)) == [(Custody.UNKNOWN, False)]
    assert told_of(replace(CHIP_NEW, put_away=s.PutAway.KNOWN)) == [(Custody.RETAINED, False)]
