"""Which button the keys mean. It has a ring around it from the first key until somebody touches the screen."""

from __future__ import annotations

from kivy.core.window import Window

from screens.shell.router import Router
from screens.widgets.buttons import IntentButton
from screens.widgets.focus_ring import FocusRing
from screens.widgets.standing import touchable

Page = tuple[str, int, int]
"""The screen, the serial of its model, the page of its text."""


class Focus:
    """Goes round over the buttons that can be touched now. On another page it is on the first; on the same it stays,
    whatever comes or changes its size. For Kivy's thread.
    """

    def __init__(self, router: Router) -> None:
        self._router = router
        self._ring = FocusRing(router)
        self._kept: tuple[Page, IntentButton | None] | None = None
        self.is_shown = False

    @property
    def order(self) -> list[IntentButton]:
        """The buttons that can be touched now, as a reader expects them. Of the step buttons the filled one, which most
        people want, comes first.
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
        """Whether the button has been known to have the focus. One that got it because another went away has not been:
        nobody means it yet.
        """
        return self.button is not None and self.button is self._kept_here

    def keep(self) -> None:
        """Leave it where it is, from now on."""
        self._kept = (self._page, self.button)

    def move(self, steps: int) -> None:
        """To the next button, or the one before; after the last comes the first."""
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
        """Draw it no more."""
        if self.is_shown:
            self.is_shown = False
            Window.unbind(on_draw=self._draw)
            self._ring.surround(None)

    def _draw(self, *_args: object) -> None:
        """Just before the window is drawn, when everything stands where it will be seen."""
        self._ring.surround(self.button)

    @property
    def _page(self) -> Page:
        screen = self._router.current_screen
        return screen.name, screen.model.frame.serial, int(screen.column.page)

    @property
    def _kept_here(self) -> IntentButton | None:
        return self._kept[1] if self._kept is not None and self._kept[0] == self._page else None
