"""The focus: the button that keys act on. It has a ring from the first key until somebody touches the screen."""

from __future__ import annotations

from kivy.core.window import Window

from screens.shell.router import Router
from screens.widgets.buttons import IntentButton
from screens.widgets.focus_ring import FocusRing
from screens.widgets.standing import touchable

Page = tuple[str, int, int]
"""A page: the screen, the serial of its model, the page of its text."""


class Focus:
    """The focus among the buttons that can be touched now. On a new page it is on the first button; on the same page it
    stays, even if buttons come or change their size. For Kivy's thread.
    """

    def __init__(self, router: Router) -> None:
        self._router = router
        self._ring = FocusRing(router)
        self._kept: tuple[Page, IntentButton | None] | None = None
        self.is_shown = False

    @property
    def order(self) -> list[IntentButton]:
        """The buttons that can be touched now, in reading order. Of the step buttons the filled one, which most people
        want, comes first.
        """
        surround = self._router.surround
        buttons = {area: touchable(area) for area in surround.areas}
        buttons[surround.actions].sort(key=lambda button: not button.filled)
        return [button for each in buttons.values() for button in each]

    @property
    def button(self) -> IntentButton | None:
        """The button that has the focus; None where none can be touched."""
        order, kept = self.order, self._kept_here
        return kept if kept in order else next(iter(order), None)

    @property
    def is_kept(self) -> bool:
        """Whether a person knows that this button has the focus. If it got the focus because another button
        disappeared, nobody has noticed yet.
        """
        return self.button is not None and self.button is self._kept_here

    def keep(self) -> None:
        """Keep the focus on its present button, as long as that can be touched."""
        self._kept = (self._page, self.button)

    def move(self, steps: int) -> None:
        """Move the focus by `steps` buttons, forward or back; after the last comes the first."""
        order, button = self.order, self.button
        if button is not None:
            self._kept = (self._page, order[(order.index(button) + steps) % len(order)])

    def show(self) -> None:
        """Draw the ring from now on."""
        if not self.is_shown:
            self.is_shown = True
            Window.bind(on_draw=self._draw)
            Window.canvas.ask_update()

    def hide(self) -> None:
        """Stop drawing the ring."""
        if self.is_shown:
            self.is_shown = False
            Window.unbind(on_draw=self._draw)
            self._ring.surround(None)

    def _draw(self, *_args: object) -> None:
        """Draw the ring, just before the window is drawn, when the layout is complete."""
        self._ring.surround(self.button)

    @property
    def _page(self) -> Page:
        screen = self._router.current_screen
        return screen.name, screen.model.frame.serial, int(screen.column.page)

    @property
    def _kept_here(self) -> IntentButton | None:
        return self._kept[1] if self._kept is not None and self._kept[0] == self._page else None
