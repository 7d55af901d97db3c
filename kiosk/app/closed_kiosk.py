"""A kiosk that serves nobody, because a file that it reads has a mistake, but gives back a permit that is inside.

The machine is the usual one with only the journal and the permit unit's thread, because giving a permit back needs no
region, central, fonts or other devices. Messages to central about it wait in the journal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from drivers.permit_unit.dialects import UnitFile, load_unit_file
from kiosk.app.kiosk import Kiosk
from kiosk.config.settings import Config
from kiosk.data_files.reader import DataFileError
from kiosk.domain.devices import PERMIT_UNIT
from kiosk.domain.documents import PermitContent
from kiosk.domain.faults import Fault
from kiosk.journal.audit import ContentHash
from kiosk.journal.state_lock import StateLock
from kiosk.policy.no_region import NO_REGION
from kiosk.policy.region import Region
from kiosk.policy.region_file import load_region
from kiosk.services.effect_dispatch import EffectDispatcher, Post
from kiosk.workflow import effects as do
from kiosk.workflow import states as s
from kiosk.workflow.transition import Site

_AT_REST = (s.Recovering, s.OutOfService, s.AwaitingHolder)
"""States in which no order moves a permit, so that another machine may take over."""


class ClosedKiosk(Kiosk):
    """A kiosk that serves nobody, for the reason `closed`. Of `config` only the languages, the permit unit, its device
    file and the state directory need be right. Raises `DeviceFileError`.
    """

    def __init__(
        self,
        config: Config,
        closed: Fault,
        on_state: Callable[[s.State], int | None],
        broken: Callable[[], None],
        ended: Callable[[], None],
        lock: StateLock | None,
    ) -> None:
        self._why = closed
        super().__init__(config, on_state, broken=broken, ended=ended, lock=lock)

    @property
    def is_at_rest(self) -> bool:
        """Whether it may be stopped now, so that a kiosk that serves can replace it."""
        return isinstance(self.engine.state, _AT_REST)

    @staticmethod
    def read_files(config: Config) -> tuple[Region, UnitFile, ContentHash]:
        """The files' contents; the region, which names the counter, only where it can be read."""
        try:
            region = load_region(config.files.region)
        except DataFileError:  # reported where the kiosk was closed
            region = NO_REGION
        return region, load_unit_file(config.files.devices[PERMIT_UNIT]), _no_content_hash

    def _site(self) -> Site:
        return replace(super()._site(), closed=self._why, keeps_hours=False, has_technicians=False)

    def _route_effects(self, dispatcher: EffectDispatcher, _: Callable[[], None]) -> None:
        self._permit = self._service_thread(PERMIT_UNIT.name, lambda worker: self._factory.permit(worker, None))
        dispatcher.route(
            self._permit,
            (do.InspectPath, do.EjectPermit, do.WatchMouth, do.TakePermitBack, do.RetainPermit, do.ClearPersonalData),
        )
        for effect in (do.CheckDevices, do.ReportCompletion, do.CancelEndorsement):
            dispatcher.handle_inline(effect, _waits)

    def warm_up(self, warm: Callable[[], None] = lambda: None) -> None:
        """Do nothing: a closed kiosk needs nothing further."""
        warm()

    def look_after_workers(self) -> None:
        """See `Crew.look_after`. Call at short intervals, from one thread."""
        self._crew.look_after(self.engine)


def _waits(_: do.Effect, __: Post) -> None:
    """Carry out nothing: messages wait in the journal until a kiosk serves again, and no device is needed."""


def _no_content_hash(_: str, __: PermitContent) -> str:
    """No chip is read here, so there is no content to hash."""
    raise AssertionError("a closed kiosk reads no chip")
