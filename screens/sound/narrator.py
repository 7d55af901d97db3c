"""The narrator's thread, for use on Kivy's thread: orders are queued, and carried out on the narrator's thread.

Loading the narration takes longer than a frame, so that is done on the narrator's thread too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from kiosk.presentation.models.resident import ScreenModel

if TYPE_CHECKING:
    from kiosk.voice.signals import Signal
    from screens.sound.narration import Narration

Order = Callable[["Narration"], None]


class Narrator:
    """The narrator. `narration()` makes the narration, and `lost(why)` reports an exception that ends it; both are
    called on the narrator's thread. All methods return at once.
    """

    def __init__(self, narration: Callable[[], Narration], lost: Callable[[str], None]) -> None:
        self._orders: SimpleQueue[Order | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, args=(narration, lost), name="voice", daemon=True)
        self._thread.start()

    def show(self, model: ScreenModel, volume: int, *, aloud: bool, signal: Signal | None = None) -> None:
        """Say another screen, or the news of the same; stops what no longer applies. `volume`: percent."""
        self._order(lambda narration: narration.show(model, volume, aloud=aloud, signal=signal))

    def repeat(self, model: ScreenModel, volume: int) -> None:
        """Say all of the present screen from its beginning."""
        self._order(lambda narration: narration.repeat(model, volume))

    def go_on(self, language: str, volume: int) -> None:
        """Say again what was cut off, and the rest."""
        self._order(lambda narration: narration.go_on(language, volume))

    def name(self, words: str, language: str, volume: int, *, is_private: bool) -> None:
        """Say the words of a button, interrupting other speech."""
        self._order(lambda narration: narration.name(words, language, volume, is_private=is_private))

    def warn(self, language: str, seconds: int, volume: int, *, aloud: bool, signal: Signal | None) -> None:
        """Ask whether somebody is still there, interrupting other speech, which then goes on."""
        self._order(lambda narration: narration.warn(language, seconds, volume, aloud=aloud, signal=signal))

    def tell_of_pages(self, language: str, volume: int) -> None:
        """Say that the text goes on behind a button."""
        self._order(lambda narration: narration.tell_of_pages(language, volume))

    def hush(self) -> None:
        """Say no more of this screen."""
        self._order(lambda narration: narration.hush())

    def rest(self) -> None:
        """Be silent and release the device, because the voice is switched off."""
        self._order(lambda narration: narration.rest())

    def _order(self, order: Order) -> None:
        if self._thread.is_alive():  # a dead thread takes no orders, and the queue would keep their data
            self._orders.put(order)

    def stop(self) -> None:
        """Be silent and end."""
        self._orders.put(None)
        self._thread.join(timeout=2.0)

    def _run(self, made: Callable[[], Narration], lost: Callable[[str], None]) -> None:
        try:
            narration = made()
            try:
                self._obey(narration)
            finally:
                narration.close()
        except Exception as error:
            lost(f"the voice has ended: {error!r}")  # the screens go on without it
            raise

    def _obey(self, narration: Narration) -> None:
        while True:
            try:
                order = self._orders.get(timeout=narration.looks_in_s)
            except Empty:
                narration.look()
                continue
            if order is None:
                return
            order(narration)
