"""What happened in a visit is told from the journal, also of one that a stop cut in two; a month is counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.presentation.context import receipt_number
from kiosk.workflow import states as s
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Exception in thread machine:pytest.PytestUnhandledThreadExceptionWarning"),
]

UP_TO_WRITING = [
    "the visit begins",
    "the notice was accepted",
    "identity card read",
    "permit taken in",
    "permit's chip read",
    "granted by central",
    "the holder confirmed",
    "writing of the chip begins",
    "chip written",
]


def asked(site: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(["journal", *words, "--config", str(site / "kiosk.toml")])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def told(site: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    status, page, trouble = asked(site, capsys, *words)
    assert (status, trouble) == (0, "")
    return page


def happened(page: str) -> list[str]:
    """The lines of a story without their times."""
    return [line.split("  ")[-1] for line in page.splitlines()[1:]]


def test_the_visit_of_a_receipt_is_told_in_order(
    tmp_path: Path, place: KioskHarness, capsys: pytest.CaptureFixture[str]
) -> None:
    number = receipt_number(place.plays(LIN.until(s.Confirming)).grant.endorsement_id)
    place.answers(LIN.since(s.Confirming))
    page = told(tmp_path, capsys, "story", number)  # the kiosk is running
    assert number in page.splitlines()[0]
    assert "Endorsement: endorsed" in page.splitlines()[0]
    ended = ["face rewritten", "permit given back, not taken yet", "permit taken", "paper printed"]
    assert happened(page) == [*UP_TO_WRITING, *ended]
    assert told(tmp_path, capsys, "story", number.lower().replace("-", "")) == page
    chinese = told(tmp_path, capsys, "story", number, "--language", "zh-Hans")
    assert "签注: 已签注" in chinese
    assert len(chinese.splitlines()) == len(page.splitlines())
    status, nothing, trouble = asked(tmp_path, capsys, "story", "0000-0000")
    assert (status, nothing) == (1, "")
    assert trouble.startswith("no visit fits; the journal is kept since 20")


def test_a_visit_that_lost_its_power_is_told_to_its_end_and_counted_once(
    tmp_path: Path, place: KioskHarness, capsys: pytest.CaptureFixture[str]
) -> None:
    place.cut_power_at(s.ReadingChipBack)
    place.plays(LIN.through(s.Confirming))
    place.loses_power()
    place.clock.jump(60.0)
    place.start_kiosk()
    place.asks_for_permit()
    place.sees(s.AwaitingRemoval)
    place.takes_permit()
    place.sees(s.ShowingOutcome)
    page = told(tmp_path, capsys, "story", "--last", "1")
    assert happened(page) == [
        *UP_TO_WRITING,
        "stopped without notice: power lost, or the program was ended",
        "started again",
        "the permit is still inside",
        "the chip holds the new content",
        "somebody asked for the permit",
        "face rewritten",
        "permit given back, not taken yet",
        "permit taken",
    ]
    (story,) = json.loads(told(tmp_path, capsys, "story", "--json"))
    assert (story["purpose"], story["outcome"]) == ("endorse", "interrupted")
    counted = json.loads(told(tmp_path, capsys, "statistics", "--month", story["began_at"][:7], "--json"))
    assert counted["visits"] == [{"purpose": "endorse", "outcome": "interrupted", "count": 1}]
    assert counted["is_whole"] is False


def test_a_fault_is_found_by_its_code_and_counted_by_state_and_device(
    tmp_path: Path, place: KioskHarness, capsys: pytest.CaptureFixture[str]
) -> None:
    place.plays(LIN.until(s.Confirming))
    place.rig.fault("receipt_printer", "paper_out_while_printing")
    place.answers(LIN.since(s.Confirming))
    place.rig.lift_id_card()
    place.stop_kiosk()
    page = told(tmp_path, capsys, "story", "--fault", "4301")
    assert "paper not printed: 4301 No receipt paper" in page
    day = page[:10]
    assert told(tmp_path, capsys, "story", "--day", day, "--fault", "4301") == page
    assert asked(tmp_path, capsys, "story", "--fault", "2301")[0] == 1
    moment = f"{day} {page.splitlines()[3].split()[0]}"
    assert told(tmp_path, capsys, "story", moment) == page
    counted = told(tmp_path, capsys, "statistics", "--month", day[:7]).splitlines()
    assert "       1  Endorsement: endorsed" in counted
    assert "       1  receipt_printer" in counted
    assert "       1  PrintingReceipt: 4301 No receipt paper" in counted


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["story", "4521"], "'4521' is no receipt number (4521-5E5C), no number of a visit and no moment"),
        (["story", "2026-13-40 10:00"], "is no receipt number"),
        (["story", "--day", "yesterday"], "'yesterday'; a date such as 2026-02-28 is wanted"),
        (["story", "--fault", "43"], "'43' is no fault's code: four digits"),
        (["statistics", "--month", "2026-13"], "no such month: '2026-13' (write 2026-11)"),
        (["statistics", "--month", "2026-11-30"], "no such month: '2026-11-30' (write 2026-11)"),
    ],
)
def test_what_names_no_visit_and_no_month_gets_one_clear_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["journal", *words])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err.splitlines()[-1]
