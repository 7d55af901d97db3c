"""A bundle and a readiness report are made at a kiosk, after visits and tests; the operator reads what happened."""

from __future__ import annotations

import json
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest

from kiosk.__main__ import main
from kiosk.app.control_socket import ControlSocket
from kiosk.app.snapshots import Snapshots
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.technician import tasks as t
from tests.flows.conftest import OpenPlace
from tests.flows.service_mode import asks_for_test, at_task, last_record, signs_in
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.operator_keys import PASS_PHRASE, write_operator
from tests.lobby.visitor import LIN

pytestmark = pytest.mark.slow


def made(site: Path, stick: Path, capsys: pytest.CaptureFixture[str], *words: str) -> Path:
    """Make a bundle at this site; its path, the only thing that is printed."""
    stick.mkdir(exist_ok=True)
    capsys.readouterr()
    assert main(["bundle", "--config", str(site / "kiosk.toml"), "--to", str(stick), *words]) == 0
    (path,) = stick.iterdir()
    assert capsys.readouterr().out == f"{path}\n"
    return path


def test_the_operator_reads_in_a_bundle_what_the_running_kiosk_says_and_what_happened(
    tmp_path: Path, open_place: OpenPlace, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = write_operator(tmp_path, locked=True)
    place = open_place(tables={"support": {"certificate": str(certificate)}})
    place.start_kiosk()
    place.plays(LIN.renewal())
    with ControlSocket(place.config.control, Snapshots(lambda: place.kiosk).take):
        bundle = made(tmp_path, tmp_path / "stick", capsys)
    key = tmp_path / "operator.key"
    opening = ["bundle", "--open", str(bundle), "--key", str(key), "--to", str(tmp_path)]
    with pytest.MonkeyPatch.context() as at_the_terminal:
        at_the_terminal.setattr("kiosk.commands.bundle.asked", lambda words: PASS_PHRASE)
        assert main([*opening, "--certificate", str(certificate)]) == 0
    folder = Path(capsys.readouterr().out.strip())
    status = json.loads((folder / "status.json").read_bytes())
    assert status["state"]["name"] == "Idle"
    assert status["counters"]
    assert "Endorsement: endorsed" in (folder / "journal" / "stories.txt").read_text("utf-8")
    steps = [json.loads(line) for line in (folder / "journal" / "steps.jsonl").read_text("utf-8").splitlines()]
    assert [step["event"] for step in steps if step["event"] == "PermitTakenIn"] == ["PermitTakenIn"]
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert "status.json" not in manifest["left_out"]
    plain = tmp_path / "bundle.zip"
    words = ["openssl", "cms", "-decrypt", "-inform", "DER", "-in", str(bundle), "-inkey", str(key), "-out", str(plain)]
    subprocess.run([*words, "-passin", f"pass:{PASS_PHRASE}"], check=True)  # the README's command
    assert set(zipfile.ZipFile(plain).namelist()) == {"manifest.json", *(each["name"] for each in manifest["members"])}


def test_a_readiness_report_names_the_last_test_of_each_part_and_its_paper_has_its_fonts(
    tmp_path: Path,
    open_place: OpenPlace,
    technicians: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = open_place(tables={"service_mode": {"technicians": technicians}})
    place.start_kiosk()
    place.sees(s.Idle)
    signs_in(place)
    asks_for_test(place, "id_reader", "status")
    last_record(place)
    place.chooses(Intent.BACK)
    at_task(place, t.ShowingOverview)
    place.rig.fault("receipt_printer", "paper_out")
    asks_for_test(place, "receipt_printer", "status")
    last_record(place)
    place.rig.clear_faults()
    place.chooses(Intent.TEST, "print")
    at_task(place, t.JudgingTest)
    place.chooses(Intent.CHOOSE, "passed")
    last_record(place)
    place.stop_kiosk()
    capsys.readouterr()
    words = ["readiness", "--config", str(tmp_path / "kiosk.toml")]
    main([*words, "--json"])
    found = {(each["part"], each["test"]): each["last"] for each in json.loads(capsys.readouterr().out)["tests"]}
    assert found["permit_unit", "status"] is None
    reader, paper, page = (
        found[key] for key in (("id_reader", "status"), ("receipt_printer", "status"), ("receipt_printer", "print"))
    )
    assert (reader["outcome"], reader["technician"], reader["role"]) == ("passed", "17", "engineer")
    assert (paper["outcome"], paper["fault"]) == ("failed", "4301")
    assert page["outcome"] == "passed"
    pdf = tmp_path / "readiness.pdf"
    main([*words, "--language", "zh-Hans", "--pdf", str(pdf)])
    reading = pypdf.PdfReader(pdf)
    # pypdf takes the two bytes of a character's code for two characters, the first of which is nothing.
    written = "".join(page.extract_text() for page in reading.pages)
    text = "".join(character for character in written if character.isprintable() and not character.isspace())
    assert "就绪报告" in text
    assert "17工程师" in text
    assert "未通过:4301" in text
    fonts: list[Any] = [each.get_object() for page in reading.pages for each in fonts_of(page).values()]
    assert fonts
    assert all("/FontFile3" in font["/DescendantFonts"][0]["/FontDescriptor"] for font in fonts)


def fonts_of(page: Any) -> Any:
    return page["/Resources"]["/Font"]


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit status, and the one line that says why."""
    capsys.readouterr()
    status = main(words)
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    return status, line


def test_without_an_operator_a_key_or_a_stick_one_line_says_so(
    tmp_path: Path, place: KioskHarness, capsys: pytest.CaptureFixture[str]
) -> None:
    config = ["--config", str(tmp_path / "kiosk.toml")]
    status, line = refused(["bundle", *config, "--to", str(tmp_path)], capsys)
    assert status == 2
    assert line.endswith("or name the operator's certificate with --certificate FILE")
    certificate = ["--certificate", str(write_operator(tmp_path))]
    status, line = refused(["bundle", *config, *certificate, "--to", str(tmp_path / "no-stick")], capsys)
    assert (status, line) == (1, f"{tmp_path / 'no-stick'}: is no directory; is the stick mounted?")
    status, line = refused(["bundle", "--open", "x.p7m", "--to", str(tmp_path)], capsys)
    assert (status, line) == (2, "bundle: --open FILE and --key KEY belong together")
    key = ["--key", str(tmp_path / "operator.key")]
    (tmp_path / "x.p7m").write_bytes(b"no bundle")
    status, line = refused(["bundle", "--open", str(tmp_path / "x.p7m"), *key, "--to", str(tmp_path)], capsys)
    assert (status, line.endswith("name it with --certificate FILE")) == (2, True)
    status, line = refused(
        ["bundle", "--open", str(tmp_path / "x.p7m"), *key, *certificate, "--to", str(tmp_path)], capsys
    )
    assert (status, line) == (1, f"{tmp_path / 'x.p7m'}: is no bundle for this certificate and key, or is damaged")


def test_a_certificate_that_has_ended_makes_a_bundle_and_is_told(
    tmp_path: Path, place: KioskHarness, capsys: pytest.CaptureFixture[str]
) -> None:
    """Help is needed today; the operator may still have the key."""
    certificate = write_operator(tmp_path, ends_in=timedelta(days=-1))
    place.stop_kiosk()
    words = ["--to", str(tmp_path), "--certificate", str(certificate)]
    assert main(["bundle", "--config", str(tmp_path / "kiosk.toml"), *words]) == 0
    assert "operator.pem: is not valid today" in capsys.readouterr().err
