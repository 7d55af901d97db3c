from collections.abc import Sequence

from kivy.graphics.texture import Texture

class BorderImage:
    def __init__(self, **kwargs: object) -> None: ...
    texture: Texture | None
    border: Sequence[float]
    pos: tuple[float, float]
    @property
    def size(self) -> tuple[float, float]: ...
    @size.setter
    def size(self, size: tuple[float, float]) -> None: ...

class Color:
    def __init__(self, *rgba: float) -> None: ...

class Rectangle:
    def __init__(self, **kwargs: object) -> None: ...
