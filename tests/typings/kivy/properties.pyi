from collections.abc import Iterable
from typing import Generic, Self, TypeVar, overload

_Got = TypeVar("_Got", covariant=True)
_Given = TypeVar("_Given", contravariant=True)
_Value = TypeVar("_Value")
_Item = TypeVar("_Item")

class Property(Generic[_Got, _Given]):
    """What is read from it, and what may be written to it."""

    @overload
    def __get__(self, obj: None, owner: type) -> Self: ...
    @overload
    def __get__(self, obj: object, owner: type | None = None) -> _Got: ...
    def __set__(self, obj: object, value: _Given) -> None: ...

class StringProperty(Property[str, str]):
    def __init__(self, defaultvalue: str = "") -> None: ...

class NumericProperty(Property[float, float]):
    def __init__(self, defaultvalue: float = 0) -> None: ...

class BooleanProperty(Property[bool, bool]):
    def __init__(self, defaultvalue: bool = True) -> None: ...

class OptionProperty(Property[str, str]):
    def __init__(self, defaultvalue: str, *, options: Iterable[str]) -> None: ...

class ListProperty(Property[list[_Item], Iterable[_Item]], Generic[_Item]):
    def __init__(self, defaultvalue: Iterable[_Item] = ..., *, force_dispatch: bool = False) -> None: ...

class ObjectProperty(Property[_Value, _Value], Generic[_Value]):
    # None at the beginning: it is given before it is read.
    def __init__(
        self, defaultvalue: _Value | None = None, *, rebind: bool = False, allownone: bool = False
    ) -> None: ...

class VariableListProperty(Property[list[float], float | Iterable[float]]): ...
class ReferenceListProperty(Property[list[float], Iterable[float]]): ...
class AliasProperty(Property[_Value, _Value], Generic[_Value]): ...
