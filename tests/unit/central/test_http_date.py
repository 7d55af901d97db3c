"""Central's clock is believed in the three forms of RFC 9110, section 5.6.7, and in no other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kiosk.central.http_date import parse_http_date

THEN = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", THEN),  # the standard's own examples
        ("Sun Nov  6 08:49:37 1994", THEN),
        ("Sunday, 06-Nov-94 08:49:37 GMT", THEN),
        ("Wednesday, 01-Jan-76 00:00:00 GMT", datetime(2076, 1, 1, tzinfo=UTC)),
        ("Saturday, 01-Jan-77 00:00:00 GMT", datetime(1977, 1, 1, tzinfo=UTC)),
        ("Sunday, 22-Nov-26 02:00:00 GMT", datetime(2026, 11, 22, 2, 0, tzinfo=UTC)),
        ("Sun Nov 22 02:00:00 2026", datetime(2026, 11, 22, 2, 0, tzinfo=UTC)),
        ("Thu, 31 Dec 2026 23:59:60 GMT", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),  # a leap second
    ],
)
def test_a_date_in_one_of_the_standards_forms_is_a_moment(text: str, moment: datetime) -> None:
    assert parse_http_date(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sun, 22 Nov 2026 10:00:00 CST",
        "Sun, 22 Nov 2026 10:00:00 +0800",
        "Sun, 22 Nov 2026 02:00:00 UTC",
        "Sun, 22 Nov 2026 02:00:00",
        "22 Nov 2026 02:00:00 GMT",
        "Sun, 22 Nov 26 02:00:00 GMT",
        "Sun, 30 Feb 2026 02:00:00 GMT",
        "Sun, 22 Nov 2026 24:00:00 GMT",
        "Sun, 22 Nov 0000 02:00:00 GMT",
        "sun, 22 nov 2026 02:00:00 gmt",
        " Sun, 22 Nov 2026 02:00:00 GMT",
        "Sun, 22 Nov 2026 02:00:00 GMT, again",
        "Sun, ２２ Nov 2026 02:00:00 GMT",
        "2026-11-22T02:00:00Z",
        "1795312800",
        "Mon, 06 Nov 1994 08:49:37 GMT",
        "Monday, 22-Nov-26 02:00:00 GMT",
        "Mon Nov 22 02:00:00 2026",  # a Sunday
    ],
)
def test_anything_else_is_no_date(text: str) -> None:
    assert parse_http_date(text) is None
