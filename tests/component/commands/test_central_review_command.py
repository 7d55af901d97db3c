"""The officer's command line: what waits, what is decided, and every no with its reason."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.commands import central as command_line
from kiosk.reference_central.clock import local_date, system_clock
from kiosk.reference_central.server import ReferenceCentral
from tests.lobby.central_rig import (
    PERMITS,
    REGIONS,
    Kiosk,
    Resident,
    client_of,
    content,
    resident,
    settings,
    shown,
)

Said = tuple[int, list[dict[str, Any]], str]
Officer = Callable[..., Said]


@pytest.fixture
def central(tmp_path: Path) -> Iterator[ReferenceCentral]:
    # The command line goes by the real day.
    with ReferenceCentral(settings(tmp_path, system_clock, regions=(REGIONS,), pilots=("xuchang",))) as central:
        yield central


@pytest.fixture
def kiosk(central: ReferenceCentral, tmp_path: Path) -> Iterator[Kiosk]:
    with client_of(central, tmp_path) as client:
        yield Kiosk(client, tmp_path, system_clock)


@pytest.fixture
def officer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Officer:
    parser = argparse.ArgumentParser()
    command_line.register(parser.add_subparsers(required=True))
    where = ["--database", f"sqlite:///{tmp_path / 'central.db'}", "--region", str(REGIONS), "--permits", str(PERMITS)]

    def say(*words: str) -> Said:
        args = parser.parse_args(["central", *words, *where])
        code = int(args.run(args))
        printed = capsys.readouterr()
        return code, [json.loads(line) for line in printed.out.splitlines()], printed.err

    return say


def somebody(central: ReferenceCentral, region: str, **changes: Any) -> Resident:
    end = local_date(system_clock()) + timedelta(days=9)
    end += timedelta(days=(end.month, end.day) == (2, 29))  # such a term does not exist
    who = resident(content(valid_to=end), region=region, **changes)
    central.seed([who.record])
    return who


def test_an_officer_lists_shows_and_passes_three_stages(
    central: ReferenceCentral, kiosk: Kiosk, officer: Officer
) -> None:
    assert officer("review", "list") == (0, [], "")
    who = somebody(central, "411003", evidence=[{"key": "address_proof"}])
    kiosk.prove(who, "address_proof")
    number = kiosk.applied(who, evidence=shown("address_proof")).review_number
    code, listed, _ = officer("review", "list")
    assert code == 0
    assert [(each["number"], each["state"], each["next_stage"]) for each in listed] == [(number, "in_review", "intake")]
    assert who.record.holder.name not in json.dumps(listed, ensure_ascii=False)
    _, (told,), _ = officer("review", "show", number)
    assert told["holder"]["name"] == who.record.holder.name
    assert told["evidence"]["results"] == {"address_proof": "verified"}
    assert officer("review", "approve", number, "--stage", "intake")[1] == [
        {"number": number, "state": "in_review", "stage": "intake", "result": "accept"}
    ]
    assert officer("review", "approve", number.replace("-", ""))[1][0]["stage"] == "acceptance"
    assert officer("review", "approve", number)[1][0]["state"] == "approved"
    assert kiosk.pending(who).work is not None
    _, (told,), _ = officer("review", "show", number)
    assert [each["stage"] for each in told["decisions"]] == ["intake", "acceptance", "decision"]


def test_every_stage_that_is_left_can_be_passed_at_once(
    central: ReferenceCentral, kiosk: Kiosk, officer: Officer
) -> None:
    number = kiosk.applied(somebody(central, "411003")).review_number
    assert officer("review", "approve", number, "--all")[1][0] == {
        "number": number,
        "state": "approved",
        "stage": "decision",
        "result": "agree",
    }


def test_every_no_has_a_code_and_a_reason_and_changes_nothing(
    central: ReferenceCentral, kiosk: Kiosk, officer: Officer
) -> None:
    number = kiosk.applied(somebody(central, "411003")).review_number
    for words, reason in (
        (("review", "approve", "1234-5674"), "unknown: "),
        (("review", "show", "1234-5675"), "mistyped: "),
        (("review", "approve", number, "--stage", "decision"), "out_of_order: "),
        (("review", "approve", number, "--address", "许昌市建安区例子路1号"), "too_soon: "),
        (("review", "return", number, "--reason", ""), "no_reason: "),
        (("made", number, "--station", "例子派出所"), "not_approved: "),
        (("collected", number), "not_ready: "),
    ):
        code, printed, said = officer(*words)
        assert (code, printed) == (1, [])
        assert said.startswith(reason)
    assert officer("review", "list")[1][0]["next_stage"] == "intake"


def test_a_return_needs_a_reason(officer: Officer, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        officer("review", "return", "1234-5674")
    assert "--reason" in capsys.readouterr().err


def test_a_returned_application_is_no_work_any_more(central: ReferenceCentral, kiosk: Kiosk, officer: Officer) -> None:
    who = somebody(central, "411003")
    number = kiosk.applied(who).review_number
    assert officer("review", "return", number, "--reason", "papers_incomplete")[1][0]["state"] == "returned"
    assert officer("review", "list")[1] == []
    assert officer("review", "return", number, "--reason", "papers_incomplete")[2].startswith("already_decided: ")
    assert kiosk.progress(who).return_code == "papers_incomplete"


def test_a_permit_made_at_a_station_is_told_and_then_collected(
    central: ReferenceCentral, kiosk: Kiosk, officer: Officer
) -> None:
    who = somebody(central, "460100")
    number = kiosk.applied(who, telephone="13800000000").review_number
    assert officer("review", "show", number)[1][0]["telephone"] == "13800000000"
    officer("review", "approve", number)
    assert officer("made", number, "--station", "龙华派出所")[1][0]["state"] == "made"
    progress = kiosk.progress(who)
    assert (progress.station, progress.ready_from) == ("龙华派出所", local_date(system_clock()))
    assert officer("collected", number)[1][0]["state"] == "collected"
    record = central.permit(who.record.permit_number)
    assert record is not None
    assert record.endorsement_count == 3
    assert officer("review", "list")[1] == []


def test_a_permit_that_a_kiosk_is_writing_is_not_taken_from_it(
    central: ReferenceCentral, kiosk: Kiosk, officer: Officer
) -> None:
    who = somebody(central, "460100")
    answer = kiosk.applied(who)
    officer("review", "approve", answer.review_number)
    assert kiosk.pending(who).work is not None
    step = kiosk.begin(answer.application_id, who.record.chip_serial)
    kiosk.tell(answer.application_id, step, kiosk.relay(who, who.chip(), step.batch))
    code, _, said = officer("collected", answer.review_number)
    assert (code, said.partition(":")[0]) == (1, "being_written")
