"""The findings of a check. A finding repeats nothing that central wrote but codes and words of the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

R = TypeVar("R")


class Outcome(StrEnum):
    """The outcome of one check."""

    CONFORMS = "conforms"
    DEVIATES = "deviates"
    NOT_TRIED = "not tried"


class Deviation(Exception):
    """Central deviates from the document; the text says how."""


class NotTried(Exception):
    """A check could not be tried; the text says what is missing."""


class NoConversation(Exception):
    """No TLS server answers, so nothing can be tried; the text says what happened."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding. `name`: stable, for programs; `demand`: what the document requires; `section`: where it does;
    `detail`: the deviation, or what was missing; empty where central conforms.
    """

    name: str
    demand: str
    section: str
    outcome: Outcome
    detail: str = ""

    def as_json(self) -> dict[str, str]:
        """For `--json`."""
        return {name: str(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Check(Generic[R]):
    """One demand of the document and how it is tried. `tries` raises `Deviation` or `NotTried`, or returns."""

    name: str
    demand: str
    section: str
    tries: Callable[[R], None]

    def finding(self, run: R) -> Finding:
        """Try the check."""
        try:
            self.tries(run)
        except Deviation as error:
            return Finding(self.name, self.demand, self.section, Outcome.DEVIATES, str(error))
        except NotTried as error:
            return Finding(self.name, self.demand, self.section, Outcome.NOT_TRIED, str(error))
        return Finding(self.name, self.demand, self.section, Outcome.CONFORMS)


@dataclass(frozen=True, slots=True)
class Report:
    """All findings about one central, in order. `slowest_s`: seconds of its slowest answer."""

    url: str
    findings: tuple[Finding, ...]
    calls: int
    slowest_s: float

    @property
    def deviations(self) -> tuple[Finding, ...]:
        """The findings that deviate from the contract."""
        return tuple(each for each in self.findings if each.outcome is Outcome.DEVIATES)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "url": self.url,
            "conforms": not self.deviations,
            "calls": self.calls,
            "slowest_ms": round(self.slowest_s * 1000),
            "findings": [each.as_json() for each in self.findings],
        }

    def lines(self) -> Iterator[str]:
        """Lines for people: every finding, and a last line that counts them."""
        for each in self.findings:
            yield f"{each.outcome:<9}  {each.name}: {each.demand} [{each.section}]"
            if each.detail:
                yield f"{'':<11}{each.detail}"
        counts = ", ".join(f"{_count(self.findings, outcome)} {_WORDS[outcome]}" for outcome in Outcome)
        yield f"{self.url}: {counts}; {self.calls} calls, the slowest took {self.slowest_s * 1000:.0f} ms."


_WORDS = {Outcome.CONFORMS: "conform", Outcome.DEVIATES: "deviate", Outcome.NOT_TRIED: "not tried"}


def _count(findings: Iterable[Finding], outcome: Outcome) -> int:
    return sum(each.outcome is outcome for each in findings)
