"""Sentences made of the words and figures in a region file about a service: forms, post, fees, days, photo."""

from __future__ import annotations

from kiosk.domain.applications import ReceivedApplication
from kiosk.policy.region import Region
from kiosk.policy.services import CollectionWay, OfferedService, OldPermit, Post, Review
from kiosk.texts.words import Sentences, Text, Words

NEW_PERMIT = (OldPermit.WITHDRAWN, OldPermit.NONE)
"""The values of `OldPermit` with which a new permit is made."""


def at_counter(offered: OfferedService | None) -> tuple[Sentences, ...]:
    """What a visit to the counter needs: forms, an appointment, or the post instead."""
    if offered is None:
        return ()
    said = [Text("fact.form", (("form", form),)) for form in offered.forms]
    if offered.by_appointment is not None:
        said.append(Text("fact.by_appointment" if offered.by_appointment else "fact.no_appointment"))
    if offered.by_post is not None:
        said.append(Text("fact.by_post" if offered.by_post else "fact.not_by_post"))
    return (Sentences(tuple(said)),) if said else ()


def posting(way: CollectionWay | Post) -> tuple[Words, ...]:
    """Who posts what, who pays, how much, and how long it takes; empty where the file names none of it."""
    said = [Text(f"fact.posts.{who}") for who, _ in way.posts]
    if way.pays is not None:
        said.append(Text(f"fact.pays.{way.pays}"))
    if way.yuan is not None:
        said.append(Text("fact.postage", (("yuan", way.yuan),)))
    if way.working_days is not None:
        said.append(Text("fact.within", (("days", way.working_days),)))
    return (Sentences(tuple(said)),) if said else ()


def result_told(review: Review | None) -> tuple[Words, ...]:
    """The ways in which the holder learns the result of a review."""
    if review is None or not review.told_by:
        return ()
    return (Sentences(tuple(Text(f"fact.told_by.{way}") for way in review.told_by)),)


def longest(offered: OfferedService | None) -> tuple[Words, ...]:
    """How long it takes, and where it takes longest; empty where every place is alike."""
    promise = None if offered is None else offered.promise
    if promise is None or promise.most_working_days is None:
        return ()
    return (Text("fact.at_most", (("usual", promise.working_days), ("days", promise.most_working_days))),)


def due(region: Region, offered: OfferedService | None, received: ReceivedApplication) -> tuple[Words, ...]:
    """By when a new permit is to be made, and what the office owes if it is late. No day is given where working days of
    a year without a holiday notice would have to be counted.
    """
    if offered is None or offered.old_permit not in NEW_PERMIT:
        return ()
    said: list[Words] = []
    for key, begins in (("new_permit", received.received_on), ("late_issue", received.expected_on)):
        if key in region.deadlines:
            rule, deadline = region.deadlines[key]
            said.append(rule.text)
            day = None if begins is None else deadline.last_day(begins, region.holidays)
            if day is not None:
                said.append(Text(f"fact.{key}_by", (("day", day),)))
    if "late_issue_remote" in region.deadlines:
        said.append(region.deadlines["late_issue_remote"][0].text)
    return tuple(said)


def voucher(offered: OfferedService | None) -> tuple[Words, ...]:
    """The line that the permit is handed out only against the slip; empty where it is not so."""
    is_asked = offered is not None and offered.collection is not None and offered.collection.voucher
    return (Text("fact.voucher"),) if is_asked else ()


def photo(region: Region, offered: OfferedService | None) -> tuple[Words, ...]:
    """What a photo must be like, for a service that makes a new permit."""
    asked = region.photo
    if asked is None or offered is None or offered.old_permit not in NEW_PERMIT:
        return ()
    return (
        Text(
            "fact.photo",
            (
                ("width", asked.width_px),
                ("height", asked.height_px),
                ("dots", asked.dots_per_inch),
                ("bits", asked.bits_per_pixel),
                ("kilobytes", asked.most_kilobytes),
            ),
        ),
    )


def fee(offered: OfferedService | None) -> Text | None:
    """What the service costs; None where the file does not say."""
    if offered is None or offered.fee is None:
        return None
    match offered.fee.yuan:
        case None:
            return Text("fact.fee_as_set")
        case 0:
            return Text("fact.free")
        case yuan:
            return Text("fact.yuan", (("yuan", yuan),))
