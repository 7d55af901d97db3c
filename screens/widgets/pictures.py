"""Pictures: what to do, drawn; and a code for the phone."""

from __future__ import annotations

from functools import cache

from kivy.clock import Clock, ClockEvent
from kivy.core.image import ImageLoader
from kivy.graphics.texture import Texture
from kivy.properties import ListProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from screens.widgets.supplies import supplies

FRAME_S = 0.9
QUIET_ZONE = 4  # modules of white around a QR code (ISO/IEC 18004, 6.3.8)


class Drawing(Widget):
    """The picture `texture`, whole, in the middle, as large as the widget lets it be but no larger than it was drawn;
    `color` tints it.

    Kivy's own Image cuts off what hangs over, by a stencil: three passes more for each, and without a graphics card
    half of the time that a screen takes to paint. To mix dots for another size costs the same again.
    """

    texture: ObjectProperty[Texture | None] = ObjectProperty(None, allownone=True)
    color: ListProperty[float] = ListProperty((1, 1, 1, 1))
    drawn_size: ListProperty[float] = ListProperty((0, 0))

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.bind(texture=self._measure, size=self._measure)

    def _measure(self, *_args: object) -> None:
        if self.texture is None:
            self.drawn_size = (0, 0)
            return
        width, height = self.texture.size
        scale = min(1.0, self.width / width, self.height / height)
        self.texture.min_filter = self.texture.mag_filter = "nearest" if scale == 1.0 else "linear"
        self.drawn_size = (width * scale, height * scale)


class Icon(Drawing):
    """A drawing of one colour, by its name in assets/images/icons; all that show the same share one texture."""

    name = StringProperty("")

    def on_name(self, _instance: object, name: str) -> None:
        self.texture = _icon(supplies().icon_file(name)) if name else None


class Picture(Drawing):
    """The drawing `name` in assets/images; one of several frames (name-1.png, name-2.png …) moves while it is seen."""

    name = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        self._tick: ClockEvent | None = None
        self._frames: list[str] = []
        self._frame = 0
        self._is_seen = False
        super().__init__(**kwargs)

    def on_name(self, *_args: object) -> None:
        self._frames = supplies().picture_files(self.name)
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
    texture: ObjectProperty[Texture | None] = ObjectProperty(None, allownone=True)

    def on_content(self, _instance: object, content: str) -> None:
        self.texture = _drawn(content) if content else None


def _drawn(content: str) -> Texture | None:
    # Slow to import, and needed on one screen only.
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.exceptions import DataOverflowError
    from qrcode.main import QRCode

    code = QRCode(border=QUIET_ZONE, error_correction=ERROR_CORRECT_M)
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
