from collections.abc import Callable, Sequence

from kivy.uix.widget import Widget

class MotionEvent:
    x: float
    y: float
    sx: float
    sy: float
    is_touch: bool
    profile: Sequence[str]
    grab_list: list[Callable[[], Widget | None]]  # weak references
    def __init__(
        self, device: str, id: int, args: Sequence[float], is_touch: bool = False, type_id: str | None = None
    ) -> None: ...
    def depack(self, args: Sequence[float]) -> None: ...
    def ungrab(self, class_instance: Widget) -> None: ...
    def update_time_end(self) -> None: ...
