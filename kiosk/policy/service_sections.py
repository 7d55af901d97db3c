"""Reads the sections of a region file about services: how each is served, reviewed, paid and collected."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.domain.endorsement import Service
from kiosk.policy.assessment import Channel
from kiosk.policy.rule_sections import (
    Names,
    note_reversed,
    read_coded_rule,
    read_conditions,
    read_effect,
    read_rule,
)
from kiosk.policy.rules import AGENTS, ServiceRule
from kiosk.policy.services import (
    Agent,
    AgentRole,
    Collection,
    CollectionWay,
    Fee,
    Guidance,
    OfferedService,
    OldPermit,
    Place,
    Post,
    Promise,
    Review,
    ReviewStage,
)
from kiosk.policy.toml_reader import TableReader

COLLECTION_TIMES = ("at_application", "when_made")
COLLECTION_WAYS = ("kiosk", "counter", "post")
POSTERS = ("resident", "station")
POSTED = "permit"


def read_rules_of_several(table: TableReader, names: Names) -> tuple[tuple[ServiceRule, frozenset[Service]], ...]:
    """The rules that hold for several services, each with those services (none named: all)."""
    return tuple((_read_service_rule(each, names), frozenset(_read_which(each))) for each in table.tables("rules"))


def _read_which(table: TableReader) -> tuple[Service, ...]:
    """The services of `services`: all where the key is left out; an empty list is a mistake."""
    known = [service.value for service in Service if service is not Service.FACE_ONLY]
    if not table.has("services"):
        return tuple(map(Service, known))
    found = table.strings("services", known)
    if not found:
        table.note("services", "names no service; leave the key out where all are meant")
    return tuple(map(Service, found))


def read_services(
    table: TableReader,
    names: Names,
    shared: tuple[tuple[ServiceRule, frozenset[Service]], ...] = (),
) -> Mapping[Service, OfferedService]:
    """All services by kind. `shared`: rules of several services, which come before each service's own."""
    known = [service.value for service in Service if service is not Service.FACE_ONLY]
    found = {}
    for key, inner in table.named_tables("services"):
        if key in known:
            of_several = tuple(rule for rule, services in shared if Service(key) in services)
            found[Service(key)] = _read_service(key, inner, names, of_several)
        else:
            inner.mistakes.note(inner.path, f"is no service; known: {', '.join(known)}")
            inner.forgive()
    if not found:
        table.note("services", "is missing (at least one service)")
    return found


def _read_service(
    key: str,
    table: TableReader,
    names: Names,
    of_several: tuple[ServiceRule, ...],
) -> OfferedService:
    rule = read_rule(table, key, names)
    forms = table.table("forms")
    effect = read_effect(table, names)
    if effect.channel is None:
        table.note("served", f"is missing (one of {', '.join(each.value for each in Channel)})")
    return OfferedService(
        service=Service(key),
        rule=rule,
        name=table.local_text("name"),
        effect=effect,
        in_window_only=table.truth("in_window_only", default=key == Service.ENDORSE.value),
        place=table.one_of("place", Place, Place.ANY_KIOSK),
        elsewhere=table.one_of("elsewhere", Channel, Channel.COUNTER),
        bring=table.strings("bring", names.evidence),
        asks=table.strings("asks", names.declarations),
        forms=tuple(forms.local_text(form) for form in forms.given()),
        old_permit=table.one_of("old_permit", OldPermit, OldPermit.REWRITTEN),
        post=_read_post(table.optional_table("post"), key, names),
        by_post=table.optional_truth("by_post"),
        by_appointment=table.optional_truth("by_appointment"),
        fee=_read_fee(table.optional_table("fee"), key, names),
        promise=_read_promise(table.optional_table("promise"), key, names),
        online=None if not table.has("online") else read_rule(table.table("online"), f"{key}.online", names),
        review=_read_review(table.optional_table("review"), key, names),
        collection=_read_collection(table.optional_table("collection"), key, names),
        rules=(*of_several, *(_read_service_rule(each, names) for each in table.tables("rules"))),
    )


def _read_service_rule(table: TableReader, names: Names) -> ServiceRule:
    rule = ServiceRule(
        rule=read_coded_rule(table, names),
        effect=read_effect(table, names),
        when=read_conditions(table, "when", names),
        unless=read_conditions(table, "unless", names),
        holds_from=table.optional_day("holds_from"),
        holds_until=table.optional_day("holds_until"),
    )
    if not rule.when:
        table.note("when", "is missing ({} is: always)")
    note_reversed(table, "holds_from", "holds_until", rule.holds_from, rule.holds_until)
    return rule


def _read_fee(table: TableReader | None, key: str, names: Names) -> Fee | None:
    if table is None:
        return None
    return Fee(table.optional_whole("yuan", 0, 10_000), read_rule(table, f"{key}.fee", names))


def _read_promise(table: TableReader | None, key: str, names: Names) -> Promise | None:
    if table is None:
        return None
    promise = Promise(
        working_days=table.whole("working_days", 0, 365),
        most_working_days=table.optional_whole("most_working_days", 0, 365),
        rule=read_rule(table, f"{key}.promise", names),
    )
    if promise.most_working_days is not None and promise.most_working_days < promise.working_days:
        table.note("most_working_days", "is less than working_days")
    return promise


def _read_review(table: TableReader | None, key: str, names: Names) -> Review | None:
    if table is None:
        return None
    stages = []
    for stage, inner in table.named_tables("stages"):
        stages.append(ReviewStage(stage, inner.local_text("name"), inner.strings("results")))
        if len(stages[-1].results) < 2:
            inner.note("results", "needs at least two results")
    return Review(
        rule=read_rule(table, f"{key}.review", names),
        stages=tuple(stages),
        told_by=table.strings("told_by", ("message", "online", "counter", "kiosk", "telephone", "notice")),
        asks_telephone=table.truth("asks_telephone", default=False),
    )


def _read_collection(table: TableReader | None, key: str, names: Names) -> Collection | None:
    if table is None:
        return None
    chosen = table.string("chosen")
    if chosen and chosen not in COLLECTION_TIMES:
        table.note("chosen", f"must be one of {', '.join(COLLECTION_TIMES)}, not {chosen!r}")
    ways = tuple(_read_way(each, key, names) for each in table.tables("ways"))
    if not ways:
        table.note("ways", "is missing (at least one way)")
    unclaimed = table.optional_table("unclaimed")
    return Collection(
        rule=read_rule(table, f"{key}.collection", names),
        chosen=chosen,
        voucher=table.truth("voucher", default=False),
        ways=ways,
        unclaimed=None if unclaimed is None else read_rule(unclaimed, f"{key}.unclaimed", names),
    )


def _read_way(table: TableReader, key: str, names: Names) -> CollectionWay:
    way = table.string("way")
    if way and way not in COLLECTION_WAYS:
        table.note("way", f"must be one of {', '.join(COLLECTION_WAYS)}, not {way!r}")
    return CollectionWay(
        way=way,
        bring=table.strings("bring", names.evidence),
        posts=_read_who_posts(table),
        pays=_read_payer(table),
        yuan=table.optional_whole("yuan", 0, 10_000),
        working_days=table.optional_whole("working_days", 0, 365),
        rule=read_rule(table, f"{key}.collection.{way}", names),
    )


def _read_who_posts(table: TableReader) -> tuple[tuple[str, str], ...]:
    posts = table.table("posts")
    found = []
    for who in posts.given():
        if who not in POSTERS:
            posts.note(who, f"is nobody who posts; known: {', '.join(POSTERS)}")
        found.append((who, posts.string(who)))
        if found[-1][1] not in ("", POSTED):
            posts.note(who, f"must be {POSTED}, not {found[-1][1]!r}")
    return tuple(found)


def _read_payer(table: TableReader) -> str | None:
    who = table.optional_string("pays")
    if who is not None and who not in POSTERS:
        table.note("pays", f"must be one of {', '.join(POSTERS)}, not {who!r}")
    return who


def _read_post(table: TableReader | None, key: str, names: Names) -> Post | None:
    if table is None:
        return None
    return Post(
        posts=_read_who_posts(table),
        pays=_read_payer(table),
        yuan=table.optional_whole("yuan", 0, 10_000),
        working_days=table.optional_whole("working_days", 0, 365),
        rule=read_rule(table, f"{key}.post", names),
    )


def read_guidance(table: TableReader, names: Names) -> Mapping[str, Guidance]:
    """The guidance for residents, by its name in the file; it applies to all services where it names none."""
    return {
        key: Guidance(
            key=key,
            services=_read_which(inner),
            rule=read_rule(inner, f"guidance.{key}", names),
        )
        for key, inner in table.named_tables("guidance")
    }


def read_agents(table: TableReader, names: Names) -> Mapping[str, Agent]:
    """The agents who may act for a holder, by kind."""
    found = {}
    for key, inner in table.named_tables("agents"):
        if key not in AGENTS:
            inner.mistakes.note(inner.path, f"is no kind of agent; known: {', '.join(AGENTS)}")
            inner.forgive()
            continue
        found[key] = Agent(
            key=key,
            rule=read_rule(inner, key, names),
            name=inner.optional_local_text("name"),
            role=inner.one_of("role", AgentRole),
            holders=read_conditions(inner, "holders", names),
            effect=read_effect(inner, names),
        )
        if not found[key].holders:
            inner.note("holders", "is missing ({} is: any holder)")
    return found
