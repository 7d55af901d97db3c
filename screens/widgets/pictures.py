"""Pictures: what to do, drawn; and a code for the phone."""

from __future__ import annotations

from functools import cache
from typing import Any

from kivy.app import App
from kivy.clock import Clock
from kivy.core.image import ImageLoader
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from screens.widgets.mirroring import along

FRAME_S = 0.9
QUIET_ZONE = 4  # modules of white around a QR code (ISO/IEC 18004, 6.3.8)


class Drawing(Widget):
    """The picture `texture`, whole, in the middle, as large as the widget lets it be but no larger than it was drawn;
    `color` tints it.

    Kivy's own Image cuts off what hangs over, by a stencil: three passes more for each, and without a graphics card
    half of the time that a screen takes to paint. To mix dots for another size costs the same again.
    """

    texture = ObjectProperty(None, allownone=True)
    color = ListProperty((1, 1, 1, 1))
    drawn_size = ListProperty((0, 0))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bind(texture=self._measure, size=self._measure)

    def _measure(self, *_args: Any) -> None:
        if self.texture is None:
            self.drawn_size = (0, 0)
            return
        width, height = self.texture.size
        scale = min(1.0, self.width / width, self.height / height)
        self.texture.min_filter = self.texture.mag_filter = "nearest" if scale == 1.0 else "linear"
        self.drawn_size = (width * scale, height * scale)


class Icon(Drawing):
    """A drawing of one colour, by its name in assets/images/icons; all that show the same share one texture. One that
    points along the line of reading turns with it; not where it `stays`, beside what does not turn.
    """

    name = StringProperty("")
    stays = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        App.get_running_app().fbind("mirrored", self._show)
        self.fbind("stays", self._show)

    def on_name(self, *_args: Any) -> None:
        self._show()

    def _show(self, *_args: Any) -> None:
        app = App.get_running_app()
        texture = _icon(app.icon_file(self.name)) if self.name else None
        self.texture = along(texture, self.name, app.mirrored and not self.stays)


class Picture(Drawing):
    """The drawing `name` in assets/images; one of several frames (name-1.png, name-2.png …) moves while it is seen."""

    name = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        self._tick: Any = None
        self._frames: list[str] = []
        self._frame = 0
        self._is_seen = False
        super().__init__(**kwargs)

    def on_name(self, *_args: Any) -> None:
        self._frames = App.get_running_app().picture_files(self.name)
        self._frame = 0
        self.texture = None
        if self._is_seen:
            self._show()

    def load(self) -> None:
        """Read the first frame now, because it will be seen soon."""
        if not self._is_seen and self.texture is None:
            self._show()

    def start(self) -> None:
        """It is seen: move, if there is more than one frame."""
        if self._is_seen:
            return
        self.load()
        self._is_seen = True
        if len(self._frames) > 1:
            self._tick = Clock.schedule_interval(self._next, FRAME_S)

    def stop(self) -> None:
        """It is not seen: stand still, and let go of the picture's memory."""
        self._is_seen = False
        self._frame = 0
        self.texture = None
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None

    def _next(self, _elapsed: float) -> None:
        self._frame = (self._frame + 1) % len(self._frames)
        self._show()

    def _show(self) -> None:
        self.texture = _read(self._frames[self._frame]) if self._frames else None


def _read(file: str) -> Texture:
    # Kivy's own Image refers to itself, so that its picture is let go of only when Python looks for such circles.
    return ImageLoader.load(file, nocache=True).texture


_icon = cache(_read)


class QrCode(Widget):
    """`content` as a QR code, dark on white; nothing where it is more than a code can hold."""

    content = StringProperty("")
    texture = ObjectProperty(None, allownone=True)

    def on_content(self, _instance: Any, content: str) -> None:
        self.texture = _drawn(content) if content else None


def _drawn(content: str) -> Texture | None:
    import qrcode  # slow to import, and needed on one screen only
    from qrcode.exceptions import DataOverflowError

    code = qrcode.QRCode(border=QUIET_ZONE, error_correction=qrcode.constants.ERROR_CORRECT_M)
    try:
        code.add_data(content)
        code.make(fit=True)
    except (ValueError, DataOverflowError):  # no text of UTF-8, or beyond version 40
        return None
    rows = code.get_matrix()
    texture = Texture.create(size=(len(rows), len(rows)), colorfmt="luminance")
    dots = bytes(0 if dark else 255 for row in reversed(rows) for dark in row)
    texture.mag_filter = "nearest"
    texture.blit_buffer(dots, colorfmt="luminance", bufferfmt="ubyte")
    return texture
