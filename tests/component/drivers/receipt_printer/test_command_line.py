"""`python -m drivers receipt-printer …`, in this process; one test runs it as a program."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from assets import ASSETS
from drivers.__main__ import main
from drivers.receipt_printer import device_file
from drivers.simulators.activity import ActivityLog
from drivers.simulators.receipt_printer_sim import ReceiptPrinterSim
from drivers.typeface import Typeface
from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[4]
SAMPLE = ROOT / "tests" / "data" / "receipts" / "endorsed.toml"


def width_of(picture: Path) -> int:
    with Image.open(picture) as image:
        return image.size[0]


@pytest.fixture
def sim() -> Iterator[ReceiptPrinterSim]:
    model = device_file.load(ASSETS / "devices" / "escpos-80-gb18030.toml")
    sim = ReceiptPrinterSim(ActivityLog(), 0.0, model, Typeface.load(ASSETS / "fonts"))
    yield sim
    sim.stop()


def test_a_document_is_drawn_as_the_printer_would_print_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["receipt-printer", "render", str(SAMPLE), "--out", str(tmp_path / "x.png")]) == 0
    assert width_of(tmp_path / "x.png") == 696
    assert "576 x" in capsys.readouterr().out


def test_another_model_draws_another_paper(tmp_path: Path) -> None:
    narrow = ASSETS / "devices" / "escpos-58-gb18030.toml"
    assert (
        main(["receipt-printer", "render", str(SAMPLE), "--out", str(tmp_path / "x.png"), "--device-file", str(narrow)])
        == 0
    )
    assert width_of(tmp_path / "x.png") == 504


def test_raw_bytes_with_two_cuts_are_two_pictures(tmp_path: Path) -> None:
    one = "居住证\n".encode("gb18030") + b"\x1b\x64\x06\x1d\x56\x00"
    (tmp_path / "job.bin").write_bytes(b"\x1b\x40" + one + one)
    assert main(["receipt-printer", "render", str(tmp_path / "job.bin"), "--out", str(tmp_path / "x.png")]) == 0
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["x-2.png", "x.png"]


def test_bytes_that_print_nothing_are_bad_news(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "job.bin").write_bytes(b"\x1b\x40")
    assert main(["receipt-printer", "render", str(tmp_path / "job.bin"), "--out", str(tmp_path / "x.png")]) == 1
    assert "nothing would be printed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('{"elements": []}', "elements: must be a list of tables"),
        ('{"elements": [{"kind": "text"}]}', "elements[0].text: is missing"),
        ('{"elements": [{"kind": "rule"}, {"kind": "song", "text": "x"}]}', "elements[1].kind: must be one of text,"),
        (
            '{"elements": [{"kind": "text", "text": "x", "size": "huge"}]}',
            "elements[0].size: must be one of normal, large",
        ),
        ("{", "is not JSON"),
        ("[]", "elements: must be a list"),
    ],
)
def test_a_mistake_in_a_document_is_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    mistake: str,
) -> None:
    (tmp_path / "bad.json").write_text(text, encoding="utf-8")
    assert main(["receipt-printer", "render", str(tmp_path / "bad.json"), "--out", str(tmp_path / "x.png")]) == 2
    told = capsys.readouterr().err
    assert f"bad.json: {mistake}" in told
    assert told.count("\n") == 1


def test_a_json_document_prints_like_a_toml_one(sim: ReceiptPrinterSim, tmp_path: Path) -> None:
    (tmp_path / "slip.json").write_text(json.dumps({"elements": [{"kind": "text", "text": "凭条"}]}), encoding="utf-8")
    assert main(["receipt-printer", "print", str(tmp_path / "slip.json"), "--url", sim.start()]) == 0
    assert [printout.text.strip() for printout in sim.printouts] == ["凭条"]


def test_the_status_is_told_sensor_by_sensor(sim: ReceiptPrinterSim, capsys: pytest.CaptureFixture[str]) -> None:
    url = sim.start()
    assert main(["receipt-printer", "status", "--url", url]) == 0
    assert capsys.readouterr().out == "online: yes\ncover: closed\npaper: ok\ncutter: ok\nrepair needed: no\n"
    sim.set_fault("paper_out")
    assert main(["receipt-printer", "status", "--url", url]) == 1
    assert "paper: out\n" in capsys.readouterr().out


def test_a_fault_at_printing_is_one_line_and_exit_code_2(
    sim: ReceiptPrinterSim,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = sim.start()
    sim.set_fault("cover_open")
    assert main(["receipt-printer", "print", str(SAMPLE), "--url", url]) == 2
    assert capsys.readouterr().err == "CoverOpen: the printer's cover is open\n"


def test_the_buffer_is_wiped_on_request(sim: ReceiptPrinterSim) -> None:
    assert main(["receipt-printer", "clear", "--url", sim.start()]) == 0


@pytest.mark.slow
def test_the_program_itself_runs(tmp_path: Path) -> None:
    out = tmp_path / "x.png"
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "drivers",
        "receipt-printer",
        "render",
        str(SAMPLE),
        "--out",
        str(out),
    ]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=LIMIT_S, check=False, text=True)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert out.is_file()
