"""The type for personal data, which does not print."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, final

T_co = TypeVar("T_co", covariant=True)


@final
class Personal(Generic[T_co]):
    """A value about a person. It compares and hashes like its value and prints as `Personal(…)`. Only `reveal()` gives
    the value, so that every place that shows or sends it can be found by that name.
    """

    __slots__ = ("_value",)

    def __init__(self, value: T_co) -> None:
        self._value = value

    def reveal(self) -> T_co:
        """The value itself."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Personal) and self._value == other._value

    def __hash__(self) -> int:
        return hash(("Personal", self._value))

    def __repr__(self) -> str:
        return "Personal(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> Any:
        raise TypeError("personal data is not pickled")


def masked_number(number: Personal[str]) -> str:
    """An identity number for display: first and last character with stars between (GB 11643 numbers have 18)."""
    text = number.reveal()
    return text[:1] + "*" * max(len(text) - 2, 0) + text[-1:] if len(text) > 1 else "*" * len(text)


def masked_name(name: Personal[str]) -> str:
    """A name that its owner recognises: the first character, and a star for each further one, at most three."""
    text = name.reveal()
    return text[:1] + "*" * min(len(text) - 1, 3)
