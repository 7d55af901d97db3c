"""A kiosk that serves nobody because something that it reads has a mistake, and gives back a permit that is inside.

The machine is the usual one, with the journal and the permit unit's thread alone: neither a region, central, fonts nor
the other devices are needed to give a permit back. What central must be told of it waits in the journal.
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
"""Nothing has been ordered that moves a permit: another machine may go on from here."""


class ClosedKiosk(Kiosk):
    """`closed`: why nobody is served. Of `config` only the languages, the permit unit, its device file and the state
    directory need be right. Raises `DeviceFileError`.
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
        """Whether it may be stopped now, so that a kiosk that serves takes its place."""
        return isinstance(self.engine.state, _AT_REST)

    @staticmethod
    def read_files(config: Config) -> tuple[Region, UnitFile, ContentHash]:
        """The region where it can be read, for it names the counter."""
        try:
            region = load_region(config.files.region)
        except DataFileError:  # it is told by whoever closed the kiosk
            region = NO_REGION
        return region, load_unit_file(config.files.devices[PERMIT_UNIT]), _no_content_hash

    def _site(self) -> Site:
        return replace(super()._site(), closed=self._why, keeps_hours=False)

    def _route_effects(self, dispatcher: EffectDispatcher, _: Callable[[], None]) -> None:
        self._permit = self._service_thread(PERMIT_UNIT.name, lambda worker: self._factory.permit(worker, None))
        dispatcher.route(
            self._permit,
            (do.InspectPath, do.EjectPermit, do.WatchMouth, do.TakePermitBack, do.RetainPermit, do.ClearPersonalData),
        )
        for effect in (do.CheckDevices, do.ReportCompletion, do.CancelEndorsement):
            dispatcher.handle_inline(effect, _waits)

    def warm_up(self, warm: Callable[[], None] = lambda: None) -> None:
        """Nothing further will be needed."""
        warm()

    def look_after_workers(self) -> None:
        """See `Crew.look_after`; from a thread that looks often."""
        self._crew.look_after(self.engine)


def _waits(_: do.Effect, __: Post) -> None:
    """Until a kiosk serves again: messages stand in the journal, and no device is needed."""


def _no_content_hash(_: str, __: PermitContent) -> str:
    """No chip is read here, so there is no content to hash."""
    raise AssertionError("a closed kiosk reads no chip")
