"""The service of the permit unit: it moves the permit and rewrites its face. Only it posts facts about custody."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from drivers.errors import DriverError, LinkLost, LinkTimeout, NotInitialised
from drivers.permit_unit.base import BinLevel, FaceRaster, PermitPosition, PermitUnit, ResetPolicy, TakeInOutcome
from kiosk.domain.clock import Clock
from kiosk.domain.devices import PERMIT_UNIT
from kiosk.domain.documents import FaceJob
from kiosk.domain.endorsement import Custody, FaceUnprintable
from kiosk.domain.faults import BIN_FULL, FACE_UNPRINTABLE, PERMIT_UNACCOUNTED, UNIT_COVER_OPEN, Fault
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.boot import Boot
from kiosk.journal.interrupted_visit import UNKNOWN_STORY, unfinished_story
from kiosk.journal.journal import Journal, JournalFailed
from kiosk.runtime.workers import Worker
from kiosk.services.device_faults import fault_of
from kiosk.services.effect_dispatch import Handler, Post
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow.states import Visit

if TYPE_CHECKING:
    from kiosk.services.face import FaceDrawing
    from kiosk.services.slot_watch import SlotWatch

MOUTH_POLL_S = 0.02
"""Seconds between two questions whether the permit was taken; a frame each way takes 6 ms of an idle line."""

_fault_of = partial(fault_of, PERMIT_UNIT)

_CUSTODY = {
    PermitPosition.NONE: Custody.WITH_HOLDER,
    PermitPosition.AT_MOUTH: Custody.AT_MOUTH,
    PermitPosition.AT_STATION: Custody.INSIDE,
    PermitPosition.IN_PATH: Custody.INSIDE,
    PermitPosition.UNKNOWN: Custody.UNKNOWN,
}


class PermitService:
    """The service of the permit unit, which it owns on its worker's thread. `face_drawing()`: called when a face is
    first needed; `bin_capacity`: number of permits; `slot`: where the chip is read, None where the unit reads it
    itself.
    """

    def __init__(
        self,
        unit: PermitUnit,
        worker: Worker,
        journal: Journal,
        clock: Clock,
        face_drawing: Callable[[], FaceDrawing],
        default_language: str,
        bin_capacity: int,
        slot: SlotWatch | None,
    ) -> None:
        self._unit = unit
        self._worker = worker
        self._journal = journal
        self._clock = clock
        self._boot = Boot(clock.monotonic)
        self._face_drawing = face_drawing
        self._default_language = default_language
        self._bin_capacity = bin_capacity
        self._slot = slot
        self._loaded: FaceJob | None = None
        self._drawn: tuple[FaceJob, FaceRaster] | None = None
        self._face_dirty = False
        self._watching: Post | None = None
        self._untold = False  # the journal could not be read when it was last asked

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {
            do.InspectPath: self._inspect,
            do.TakePermitIn: self._take_in,
            do.StopTakingIn: self._stopped,
            do.DrawFace: self._draw_ahead,
            do.LoadFace: self._load_face,
            do.RewriteFace: self._rewrite_face,
            do.EjectPermit: self._eject,
            do.WatchMouth: self._watch_mouth,
            do.TakePermitBack: self._take_back,
            do.RetainPermit: self._retain,
            do.ClearPersonalData: self._clear_personal_data,
        }

    def check(self) -> Fault | None:
        """Why no permit can be taken in now, or None. Raises a `DriverError` if the unit does not answer.

        To be called only while no permit can be inside: a unit that lost its power or its cable since the last check is
        initialised, so that residents do not notice.
        """
        try:
            status = self._unit.status()
        except (NotInitialised, LinkLost, LinkTimeout) as error:
            if not self._lost_its_power(error):
                raise
            _fault_of(error, doing="checking")
            status = self._unit.reset(ResetPolicy.LEAVE)
        if status.cover_open:
            return UNIT_COVER_OPEN
        try:
            return BIN_FULL if self._is_bin_used_up(status.bin_level) else None
        except JournalFailed as error:
            return _unreadable(error)

    def bin_trouble(self) -> Fault | None:
        """The fault if staff must see to the bin, or None. A journal that cannot be read is reported elsewhere."""
        try:
            kept = self._journal.permits_in_bin()
        except JournalFailed:
            return None
        return None if all(permit.is_certain for permit in kept) else PERMIT_UNACCOUNTED

    def _is_bin_used_up(self, level: BinLevel) -> bool:
        """Whether the bin may lack room for a further permit: the last place is kept for the permit that is taken in
        next.

        Where the unit has no sensor the journal counts. A unit that counts itself is told when the bin was emptied.
        """
        if not self._unit.capabilities.has_retain_bin:
            return False
        inside = len(self._journal.permits_in_bin())
        if level is BinLevel.HIGH and inside == 0:
            self._unit.count_bin_anew()
            level = self._unit.status().bin_level
        return level in (BinLevel.HIGH, BinLevel.FULL) or inside >= self._bin_capacity - 1

    def close(self) -> None:
        self._watching = None
        self._unit.close()

    def _inspect(self, _: do.InspectPath, post: Post) -> None:
        self._watching = None
        try:
            status = self._unit.reset(ResetPolicy.LEAVE)
        except DriverError as error:
            post(on.PathNotInspected(_fault_of(error, doing="initialising")))
            return
        self._loaded = None
        if status.cover_open:
            post(on.PathNotInspected(UNIT_COVER_OPEN))
            return
        visit = Visit(uuid4(), uuid4(), self._default_language)
        try:
            story = unfinished_story(self._journal, self._clock.now(), self._boot.moment())
        except JournalFailed as error:
            fault = _unreadable(error)
            if not self._untold:
                self._untold = (
                    True  # wait for the disk until the next check: the journal may allow a write to be finished
                )
                post(on.PathNotInspected(fault))
                return
            story = UNKNOWN_STORY  # a permit goes back even without the journal
        else:
            self._untold = False
        post(on.PathInspected(_CUSTODY[status.position], story, visit))

    def _take_in(self, _: do.TakePermitIn, post: Post) -> None:
        try:
            why_not = self.check() or self._why_not_readable()
            if why_not is not None:
                post(on.DeviceFailed(why_not))
                post(on.PermitNotTakenIn())
                return
            outcome = self._await_permit()
        except DriverError as error:
            fault = _fault_of(error, doing="taking a permit in")
            match self._custody():
                case Custody.INSIDE:
                    post(on.PermitTakenIn())
                    post(on.DeviceFailed(fault))
                case Custody.UNKNOWN:
                    post(on.PermitOutOfSight(fault))
                case _:
                    # The fault comes first: knowing only that the unit is empty, the machine would repeat the order.
                    post(on.DeviceFailed(fault))
                    post(on.PermitNotTakenIn())
            return
        told = on.PermitTakenIn() if outcome is TakeInOutcome.TAKEN_IN else on.PermitNotTakenIn()
        trouble = self._slot_trouble()
        if isinstance(told, on.PermitTakenIn) or trouble is None:
            post(told)  # reading the chip will show whether the slot works
        else:
            post(on.DeviceFailed(trouble))
            post(told)

    def _why_not_readable(self) -> Fault | None:
        """Check now why a permit's chip could not be read; None if it can, and also if a further job waits."""
        return None if self._slot is None else self._slot.look(self._worker.is_wanted_elsewhere)

    def _slot_trouble(self) -> Fault | None:
        """Why a permit that came now could not be read, as far as is known; None if nothing is."""
        return None if self._slot is None else self._slot.trouble()

    def _await_permit(self) -> TakeInOutcome:
        """Wait for a permit. A unit that loses its power meanwhile forgets the order, so it is ordered again."""
        try:
            return self._unit.take_in(self._is_to_stop_waiting)
        except (NotInitialised, LinkTimeout) as error:
            if not self._lost_its_power(error):
                raise
            _fault_of(error, doing="taking a permit in")
        self._unit.reset(ResetPolicy.LEAVE)
        return self._unit.take_in(self._is_to_stop_waiting)

    def _lost_its_power(self, error: NotInitialised | LinkLost | LinkTimeout) -> bool:
        """Whether the unit lost its power and must be initialised. After a missing answer the unit is asked."""
        if not isinstance(error, LinkTimeout):
            return True
        try:
            self._unit.status()
        except NotInitialised:
            return True
        except DriverError as why_not:
            _fault_of(why_not, doing="asking whether it has lost its power")
        return False

    def _is_to_stop_waiting(self) -> bool:
        return self._worker.is_wanted_elsewhere() or self._slot_trouble() is not None

    def _stopped(self, _: do.StopTakingIn, __: Post) -> None:
        """Do nothing: queueing this job has already withdrawn the order."""

    def _custody(self) -> Custody:
        """Where the permit is by the sensors, after an error; UNKNOWN if the unit does not answer."""
        try:
            return _CUSTODY[self._unit.status().position]
        except DriverError as error:
            _fault_of(error, doing="asking where the permit is")
            return Custody.UNKNOWN

    def _load_face(self, effect: do.LoadFace, _: Post) -> None:
        try:
            self._load(effect.face)
        except DriverError as error:
            # The raster is loaded again when the face is to be rewritten, and a failure is reported then.
            _fault_of(error, doing="sending the face ahead")
        except FaceUnprintable as error:
            _log_unprintable(error)

    def _draw_ahead(self, effect: do.DrawFace, _: Post) -> None:
        try:
            self._dots(effect.face)
        except FaceUnprintable as error:
            _log_unprintable(error)

    def _dots(self, face: FaceJob) -> FaceRaster:
        """The raster of `face`; it is drawn once and kept."""
        if self._drawn is None or self._drawn[0] != face:
            self._drawn = (face, self._face_drawing().draw(face))
        return self._drawn[1]

    def _load(self, face: FaceJob) -> None:
        self._loaded = None
        self._face_dirty = True
        began = time.monotonic()
        sent = self._unit.load_face(self._dots(face))
        self._loaded = face
        log(LogEvent.FACE_SENT, image_characters=sent, seconds=round(time.monotonic() - began, 3))

    def _rewrite_face(self, effect: do.RewriteFace, post: Post) -> None:
        try:
            if self._unit.status().position is PermitPosition.AT_MOUTH:
                self._unit.take_back()
            if self._loaded != effect.face:
                self._load(effect.face)
            self._unit.erase_and_print()
        except DriverError as error:
            post(on.FaceNotRewritten(_fault_of(error, doing="rewriting the face")))
            return
        except FaceUnprintable as error:
            _log_unprintable(error)
            post(on.FaceNotRewritten(FACE_UNPRINTABLE))
            return
        post(on.FaceRewritten(at_mouth=self._unit.capabilities.gives_out_with_print))

    def _eject(self, _: do.EjectPermit, post: Post) -> None:
        self._watching = None
        try:
            position = self._unit.status().position
            if position not in (PermitPosition.AT_MOUTH, PermitPosition.NONE):
                self._unit.give_back()
        except DriverError as error:
            fault = _fault_of(error, doing="giving the permit back")
            custody = self._custody()
            if custody is Custody.AT_MOUTH:
                post(on.PermitAtMouth())
            else:
                post(on.DeviceFailed(fault))
            return
        post(on.PermitTaken() if position is PermitPosition.NONE else on.PermitAtMouth())

    def _watch_mouth(self, _: do.WatchMouth, post: Post) -> None:
        self._watching = post
        self._watch(post)

    def _watch(self, post: Post) -> None:
        """Poll until the permit is gone. Other jobs of this thread go first; only an order about the permit ends the
        watch.
        """
        while self._watching is post:
            if self._worker.is_wanted_elsewhere():
                self._worker.submit(lambda: self._watch(post))
                return
            try:
                position = self._unit.status().position
            except DriverError as error:
                post(on.DeviceFailed(_fault_of(error, doing="watching the mouth")))
                return
            if position is PermitPosition.NONE:
                post(on.PermitTaken())
                return
            self._worker.pause(MOUTH_POLL_S)

    def _take_back(self, _: do.TakePermitBack, post: Post) -> None:
        self._watching = None
        try:
            taken_back = self._unit.take_back()
        except DriverError as error:
            post(on.DeviceFailed(_fault_of(error, doing="taking the permit back")))
            return
        post(on.PermitTakenIn() if taken_back else on.PermitTaken())

    def _retain(self, _: do.RetainPermit, post: Post) -> None:
        self._watching = None
        try:
            self._unit.retain()
        except DriverError as error:
            post(on.DeviceFailed(_fault_of(error, doing="retaining the permit")))
            return
        post(on.PermitRetained())

    def _clear_personal_data(self, _: do.ClearPersonalData, post: Post) -> None:
        self._watching = None
        self._loaded = self._drawn = None
        if not self._face_dirty:
            return
        try:
            self._unit.clear_face()
            self._face_dirty = False
        except DriverError as error:
            post(on.DeviceFailed(_fault_of(error, doing="clearing the image buffer")))


def _log_unprintable(error: FaceUnprintable) -> None:
    log(LogEvent.FACE_UNPRINTABLE, level=logging.WARNING, fault=FACE_UNPRINTABLE.code, why=error.why.value)


def _unreadable(error: JournalFailed) -> Fault:
    log(LogEvent.JOURNAL_FAILED, level=logging.CRITICAL, error=str(error), fault=error.fault.code)
    return error.fault
