"""A region's services as frozen values: how each is served, reviewed, paid and collected."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kiosk.domain.endorsement import Service
from kiosk.policy.assessment import Channel
from kiosk.policy.rules import Condition, Effect, Rule, ServiceRule
from kiosk.texts.words import LocalText


class AgentRole(Enum):
    """Whether another person must act, may act, or comes along."""

    MUST = "must"
    MAY = "may"
    ACCOMPANIES = "accompanies"


@dataclass(frozen=True, slots=True)
class Agent:
    """A kind of agent, for holders of whom one of `holders` is true. `name`: of the choice where the agent is asked
    for; None: the program's own name.
    """

    key: str
    rule: Rule
    name: LocalText | None
    role: AgentRole
    holders: tuple[Condition, ...]
    effect: Effect


class Place(Enum):
    """The kiosks at which a service is served."""

    ANY_KIOSK = "any_kiosk"
    HOME_AREA = "home_area"  # the area of the present address
    PRESENT_STATION = "present_station"


@dataclass(frozen=True, slots=True)
class Fee:
    """The fee of a service. `yuan` None: as the authority sets it."""

    yuan: int | None
    rule: Rule


@dataclass(frozen=True, slots=True)
class Promise:
    """How soon a service is done: working days from acceptance (0: on the spot)."""

    working_days: int
    most_working_days: int | None  # where far places may take longer
    rule: Rule


@dataclass(frozen=True, slots=True)
class ReviewStage:
    """One stage of a review and the results it can have."""

    key: str
    name: LocalText
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """How a person reviews an application, and how the result is told."""

    rule: Rule
    stages: tuple[ReviewStage, ...]
    told_by: tuple[str, ...]
    asks_telephone: bool


@dataclass(frozen=True, slots=True)
class CollectionWay:
    """One way to get the permit back. `posts`: who posts what, as (who, what) pairs; `pays`: who pays the post."""

    way: str
    bring: tuple[str, ...]
    posts: tuple[tuple[str, str], ...]
    pays: str | None
    yuan: int | None
    working_days: int | None
    rule: Rule


@dataclass(frozen=True, slots=True)
class Collection:
    """How a permit is collected. `chosen`: "at_application" or "when_made"."""

    rule: Rule
    chosen: str
    voucher: bool
    ways: tuple[CollectionWay, ...]
    unclaimed: Rule | None


@dataclass(frozen=True, slots=True)
class Post:
    """How a service that is asked for elsewhere (online, say) is done by post."""

    posts: tuple[tuple[str, str], ...]  # who posts what
    pays: str | None
    yuan: int | None
    working_days: int | None
    rule: Rule


@dataclass(frozen=True, slots=True)
class Guidance:
    """A rule that decides nothing here but is shown to residents. `services`: for which ones."""

    key: str
    services: tuple[Service, ...]
    rule: Rule


class OldPermit(Enum):
    """What happens to the permit that was handed in."""

    REWRITTEN = "rewritten"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"
    NONE = "none"  # it is lost


@dataclass(frozen=True, slots=True)
class OfferedService:
    """A service as the region's documents describe it. `in_window_only`: had only once the window is open."""

    service: Service
    rule: Rule
    name: LocalText
    effect: Effect
    in_window_only: bool
    place: Place
    elsewhere: Channel
    bring: tuple[str, ...]
    asks: tuple[str, ...]
    forms: tuple[LocalText, ...]
    old_permit: OldPermit
    post: Post | None
    by_post: bool | None  # None: the documents do not say
    by_appointment: bool | None
    fee: Fee | None
    promise: Promise | None
    online: Rule | None
    review: Review | None
    collection: Collection | None
    rules: tuple[ServiceRule, ...]
