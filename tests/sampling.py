"""Which cases of a long row are tried by `make test`; `make long` tries all the others too."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def long_but(kept: Collection[str], cases: Iterable[Any], *, names: Iterable[str] | None = None) -> list[Any]:
    """Parameters of which those whose name is not in `kept` are marked `long`. A case is its own name where no `names`
    are given. Raises ValueError for a name that no case has.
    """
    cases = list(cases)
    named = list(map(str, cases if names is None else names))
    strange = set(kept) - set(named)
    if strange:
        raise ValueError(f"no case is called {', '.join(sorted(strange))}")
    return [
        pytest.param(case, id=name, marks=() if name in kept else pytest.mark.long)
        for case, name in zip(cases, named, strict=True)
    ]
