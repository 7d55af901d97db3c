"""The service of the permit's chip: it reads the chip and relays central's commands. The chip has power only in use."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import date

from drivers.errors import CommandNotAllowed, DriverError, LinkLost, NoChip, NotAPermit, ServiceLost
from drivers.permit_chip.chip import ForeignChip, PermitChip
from drivers.permit_chip.records import ChipRecord, RelayCommand
from drivers.transport.base import Coupler
from kiosk.domain.devices import PERMIT_CHIP
from kiosk.domain.documents import Permit, PermitContent
from kiosk.domain.endorsement import ChipState
from kiosk.domain.faults import Fault
from kiosk.domain.identity_number import identity_number, permit_number
from kiosk.domain.personal import Personal
from kiosk.domain.refusals import RefusalCode
from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.audit import ContentHash
from kiosk.runtime.workers import Worker
from kiosk.services.central.messages import untold_of
from kiosk.services.device_faults import fault_of
from kiosk.services.effect_dispatch import Handler, Post
from kiosk.services.pcscd_restart import PcscdRestart
from kiosk.workflow import effects as do
from kiosk.workflow import events as on

PRESENCE_S = 4.0
"""Seconds to wait for a chip. pcscd polls every 400 ms and a cold start takes under a second; later there is none."""

READINGS = 2
"""Tries to read the chip: a second one for a contact that was lost for a moment. Both fit into the deadline."""

SLOT_BACK_S = 30.0
"""Seconds to wait for a slot that stopped answering, with a permit in doubt: a restart of pcscd takes a second or two
and finding its readers some more, and staff may have to put a plug back.
"""

SLOT_LOOK_S = 0.25

_FOREIGN = {"epassport": RefusalCode.FOREIGN_EPASSPORT, "bank": RefusalCode.FOREIGN_BANK}


class ChipService:
    """The service of the chip. It owns the coupler, on its worker's thread."""

    def __init__(
        self,
        chip: PermitChip,
        coupler: Coupler,
        content_hash: ContentHash,
        worker: Worker,
        pcscd_restart: PcscdRestart,
    ) -> None:
        self._chip = chip
        self._coupler = coupler
        self._content_hash = content_hash
        self._worker = worker
        self._pcscd_restart = pcscd_restart
        self._relaying = False

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {
            do.ReadChip: self._read,
            do.RelayBatch: self._relay,
            do.ReadBackChip: self._read_back,
            do.ExamineChip: self._examine,
            do.ClearPersonalData: lambda _, __: self._release(),
        }

    def check(self) -> None:
        """Check that the slot answers, without touching a chip. Raises a `DriverError` if it does not."""
        try:
            self._coupler.look()
        except ServiceLost:
            self._pcscd_restart.ask()
            raise

    def close(self) -> None:
        self._chip.close()
        self._coupler.close()

    def _fault_of(self, error: DriverError, doing: str) -> Fault:
        if isinstance(error, ServiceLost):
            self._pcscd_restart.ask()
        return fault_of(PERMIT_CHIP, error, doing=doing)

    def _release(self) -> None:
        self._relaying = False
        self._chip.close()

    def _read(self, _: do.ReadChip, post: Post) -> None:
        try:
            self._chip.open(PRESENCE_S)
            permit = to_permit(self._chip.read())
            untold = untold_of(permit)
            if untold is None:
                post(on.PermitRead(permit))
            else:
                _log_untold(untold)
                post(on.PermitNotRecognised(RefusalCode.CONTENT_UNUSUAL))
        except NoChip:
            post(on.PermitNotRecognised(RefusalCode.NO_CHIP))
        except ForeignChip as error:
            post(on.PermitNotRecognised(_FOREIGN.get(error.kind, RefusalCode.NOT_A_PERMIT)))
        except NotAPermit:
            post(on.PermitNotRecognised(RefusalCode.NOT_A_PERMIT))
        except DriverError as error:
            post(on.DeviceFailed(self._fault_of(error, "reading the permit")))
        finally:
            self._release()

    def _relay(self, effect: do.RelayBatch, post: Post) -> None:
        commands = [RelayCommand(apdu, expect) for apdu, expect in effect.commands.commands]
        try:
            if not self._relaying:
                self._chip.open(PRESENCE_S)
                self._relaying = True
            answers = self._chip.relay(commands)
        except CommandNotAllowed as error:
            self._fault_of(error, "relaying commands")
            post(on.BatchRelayed(do.ChipAnswers((), do.RelayRefused(error.index, error.rule))))
            return
        except DriverError as error:
            nothing_sent = isinstance(error, ServiceLost) and not self._relaying
            self._release()
            post(on.DeviceFailed(self._fault_of(error, "relaying commands"), nothing_sent))
            return
        post(on.BatchRelayed(do.ChipAnswers(tuple((answer.data, answer.sw) for answer in answers))))

    def _read_back(self, _: do.ReadBackChip, post: Post) -> None:
        post(on.ChipReadBack(self._permit(doing="reading back")))

    def _permit(self, doing: str) -> Permit | None:
        """The chip's content. None: the chip stays silent, or the slot does not come back.

        A silent chip is read again over a new contact, because reading changes nothing. A slot that does not answer
        says nothing about the chip. It is waited for once, and then the chip is read with all its tries.
        """
        tries_left, may_wait = READINGS, True
        while tries_left > 0:
            tries_left -= 1
            try:
                if not self._relaying:
                    self._chip.open(PRESENCE_S)
                return to_permit(self._chip.read())
            except DriverError as error:
                self._fault_of(error, doing)
                is_slot_in_doubt = isinstance(error, LinkLost)
            finally:
                self._release()
            if is_slot_in_doubt and may_wait and not self._slot_answers():
                if not self._slot_comes_back():
                    return None
                tries_left, may_wait = READINGS, False
        return None

    def _slot_answers(self) -> bool:
        try:
            self._coupler.look()
        except DriverError:
            return False  # the first error has been logged
        return True

    def _slot_comes_back(self) -> bool:
        """Wait until the slot answers, at most `SLOT_BACK_S` seconds; end early if a further job waits."""
        deadline = time.monotonic() + SLOT_BACK_S
        while not self._worker.pause(SLOT_LOOK_S):
            if self._slot_answers():
                return True
            if time.monotonic() > deadline:
                return False
        return False

    def _examine(self, effect: do.ExamineChip, post: Post) -> None:
        permit = self._permit(doing="reading after a stop")
        if permit is None:
            post(on.ChipExamined(None, ChipState.UNKNOWN))
            return
        hashed = self._content_hash(permit.chip_serial, permit.content)
        # Where only the face was to be rewritten the two hashes are equal, and the chip counts as new.
        chip = {effect.hashes.old: ChipState.OLD, effect.hashes.new: ChipState.NEW}.get(hashed, ChipState.UNKNOWN)
        post(on.ChipExamined(permit, chip))


def _log_untold(field: str) -> None:
    log(
        LogEvent.DEVICE_TROUBLE,
        level=logging.WARNING,
        device=PERMIT_CHIP.name,
        doing="reading the permit",
        error="ContentUnusual",
        message=f"{field} is nothing that central could be told",
        fault=None,
    )


def to_permit(record: ChipRecord) -> Permit:
    """The workflow's permit, from the fields that every permit file defines."""
    fields = record.fields

    def text(name: str) -> str:
        return str(fields[name])

    def day(name: str) -> date | None:
        value = fields[name]
        if value is not None and not isinstance(value, date):
            raise ValueError(f"permit file {record.permit_file}: {name} is no date")
        return value

    return Permit(
        permit_file=record.permit_file,
        atr=record.atr,
        chip_serial=record.chip_serial,
        region=text("region"),
        permit_number=Personal(permit_number(text("permit_number"))),
        holder_name=Personal(text("holder_name")),
        holder_number=Personal(identity_number(text("id_number"))),
        issued_on=day("issued_on"),
        content=PermitContent(
            address=Personal(text("address")),
            issuing_authority=text("issuing_authority"),
            category=text("category"),
            valid_from=day("valid_from"),
            valid_to=day("valid_to"),
            endorsement_count=int(text("endorsement_count")),
        ),
    )
