"""Which page stands in a state, a resident's or a technician's."""

from __future__ import annotations

from kiosk.control.snapshot import Snapshot
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.models.frame import StaffButton
from kiosk.presentation.models.screens import AnyScreenModel
from kiosk.presentation.present import present
from kiosk.presentation.technician.present import present_service_mode
from kiosk.workflow import states as s


def page_of(
    about: PresentationContext,
    state: s.State,
    *,
    without_paper: bool = False,
    without_central: bool = False,
    staff: StaffButton | None = None,
    machine: Snapshot | None = None,
) -> AnyScreenModel:
    """See `present`; `machine`: how everything is, which a technician sees; None until that is known."""
    if isinstance(state, s.InServiceMode):
        return present_service_mode(about, state, machine)
    return present(about, state, without_paper=without_paper, without_central=without_central, staff=staff)
