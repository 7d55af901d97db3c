from kivy.input.motionevent import MotionEvent
from kivy.input.provider import MotionEventProvider

class EventLoopBase:
    @property
    def touches(self) -> list[MotionEvent]: ...
    def add_input_provider(self, provider: MotionEventProvider) -> None: ...
    def remove_input_provider(self, provider: MotionEventProvider) -> None: ...

EventLoop: EventLoopBase
