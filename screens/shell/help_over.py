"""Help, shown over the present page. After it the page is shown as it was, with everything that was typed.

Help is no state of the machine, so it can neither lose a visit nor delay one. Opening and closing it counts as a touch:
it gives as much time as any touch on that page, and none while a permit waits at the mouth. Any other page that comes,
because a permit was taken or central has answered, closes it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk.presentation.models.frame import WayOut
from kiosk.presentation.models.resident import HelpScreen
from kiosk.presentation.models.screens import AnyScreenModel

if TYPE_CHECKING:
    from screens.shell.router import Router
    from screens.widgets.base import BaseScreen

HELP = "help"
"""The name of its screen."""


class HelpOver:
    """Help over a page. `beneath`: the screen below help; None while there is no help."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self.beneath: BaseScreen | None = None

    def open(self) -> HelpScreen | None:
        """Keep the present page, and return the help to show over it; None where it has no help."""
        page = self._router.current_screen
        if page.model.frame.help is None:
            return None
        self.beneath, page.is_beneath = page, True
        return help_of(page.model)

    def follow(self, model: AnyScreenModel) -> HelpScreen | None:
        """The help to show when the page below is now `model`; None: `model` is another page, so help ends."""
        page, over = self.beneath, help_of(model)
        if page is None or over is None or not is_same_page(page.model, model):
            self.end()
            return None
        page.show(model)
        return over

    def end(self) -> None:
        """Release the page below, because another page comes."""
        page, self.beneath = self.beneath, None
        if page is not None:
            page.is_beneath = False
            page.leave()

    def close(self) -> None:
        """Show the page below again."""
        page, self.beneath = self.beneath, None
        if page is not None:
            self._router.go_to(page.name)
            page.is_beneath = False


def help_of(page: AnyScreenModel) -> HelpScreen | None:
    """Help in the frame of its page: the same way out, the same time, and no way back but to the page. That it is being
    written help says itself.
    """
    frame = page.frame
    if frame.help is None:
        return None
    way_out = WayOut.NONE if frame.way_out is WayOut.WRITING else frame.way_out
    return HelpScreen(replace(frame, way_out=way_out, help=None, can_go_back=False, step=0, steps=0), frame.help)


def is_same_page(one: AnyScreenModel, other: AnyScreenModel) -> bool:
    """Whether both are the same page, at two moments or in two languages."""
    frames = (one.frame, other.frame)
    is_numbered_alike = frames[0].serial == frames[1].serial or frames[0].language != frames[1].language
    return is_numbered_alike and _bare(one) == _bare(other)


def _bare(model: AnyScreenModel) -> AnyScreenModel:
    frame = replace(model.frame, language="", serial=0, countdown_s=None, warning_s=0, help=None, staff=None)
    return replace(model, frame=frame)
