from collections.abc import Callable
from typing import ParamSpec

_Params = ParamSpec("_Params")

class ClockEvent:
    is_triggered: int
    def __call__(self, *args: object) -> bool | None: ...
    def cancel(self) -> None: ...

class ClockBase:
    max_iteration: int
    _max_fps: float
    time: Callable[[], float]
    def create_trigger(self, callback: Callable[[float], object], timeout: float = 0) -> ClockEvent: ...
    def schedule_once(self, callback: Callable[[float], object], timeout: float = 0) -> ClockEvent: ...
    def schedule_interval(self, callback: Callable[[float], object], timeout: float) -> ClockEvent: ...

Clock: ClockBase

def mainthread(func: Callable[_Params, object]) -> Callable[_Params, None]: ...
