"""How measured values are spread: counted by bounds, as the histograms of monitoring systems are."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Distribution:
    """Values counted by `bounds`, which ascend: `counts` has for each bound how many values were at most that and above
    the one before, and in its last place how many were above all. `total`: the sum of the values.
    """

    bounds: tuple[float, ...]
    counts: tuple[int, ...] = field(default=())
    total: float = 0.0

    def __post_init__(self) -> None:
        if not self.counts:
            object.__setattr__(self, "counts", (0,) * (len(self.bounds) + 1))

    def with_value(self, value: float) -> Distribution:
        """The distribution of these values and one more."""
        place = bisect_left(self.bounds, value)
        counts = (*self.counts[:place], self.counts[place] + 1, *self.counts[place + 1 :])
        return replace(self, counts=counts, total=self.total + value)
