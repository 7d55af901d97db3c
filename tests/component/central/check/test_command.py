"""`python -m kiosk central check` as somebody types it: what is printed, with which exit status."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.simulators.chip_keys import TEST_KEYS
from kiosk.__main__ import main
from kiosk.central.check.data_file import EXAMPLE, CheckData, load_check_data
from kiosk.central.check.suite import CHECKS
from kiosk.reference_central.authority import GRANT_PUBLIC_KEYS, make_authority
from tests.component.central.check.rig import KIOSK, OTHER, cases, permits, second_central
from tests.lobby.central_rig import PERMITS
from tests.second_central.server import SecondCentral

Says = Callable[..., tuple[int, str, str]]


@pytest.fixture
def central(directory: Path) -> Iterator[SecondCentral]:
    with second_central(directory) as central:
        yield central


@pytest.fixture
def says(directory: Path, capsys: pytest.CaptureFixture[str]) -> Says:
    """Exit status, standard output and standard error of a check with these words behind the usual ones."""

    def said(url: str, *words: object, certificate: str = KIOSK) -> tuple[int, str, str]:
        status = main(
            [
                "central",
                "check",
                url,
                "--ca",
                str(directory / "ca.pem"),
                "--certificate",
                str(directory / f"{certificate}.pem"),
                "--key",
                str(directory / f"{certificate}.key"),
                *map(str, words),
            ]
        )
        heard = capsys.readouterr()
        return status, heard.out, heard.err

    return said


def test_without_data_what_needs_none_is_tried_and_the_rest_is_told_as_not_tried(
    central: SecondCentral, says: Says
) -> None:
    status, out, _ = says(central.url)
    assert status == 0
    told = {line.split()[2].rstrip(":") for line in out.splitlines() if line.startswith("not tried")}
    assert {"endorsement.granted", "grant.signature", "chip.written", "tls.revoked", "application.received"} <= told
    assert "endorsement.of_one_kiosk" in told
    assert "key.repeat" not in told
    assert " 0 deviate, " in out.splitlines()[-1]


def test_with_everything_given_nothing_is_left_untried_but_the_revoked_certificate(
    central: SecondCentral, says: Says, directory: Path, tmp_path: Path
) -> None:
    told = cases(collection="counter")
    central.know(*permits(told))
    data = tmp_path / "data.json"
    data.write_text(json.dumps({name: case.table for name, case in told.items()}), "utf-8")
    status, out, _ = says(
        central.url,
        "--json",
        "--data",
        data,
        "--permits",
        PERMITS,
        "--chip-keys",
        TEST_KEYS,
        "--grant-keys",
        directory / GRANT_PUBLIC_KEYS,
        "--other-certificate",
        directory / f"{OTHER}.pem",
        "--other-key",
        directory / f"{OTHER}.key",
        "--first-number",
        1000,
    )
    report = json.loads(out)
    assert (status, report["conforms"], report["url"]) == (0, True, central.url)
    assert [each["name"] for each in report["findings"] if each["outcome"] != "conforms"] == ["tls.revoked"]
    assert [each["name"] for each in report["findings"]] == [each.name for each in CHECKS]
    assert min(central.numbers[KIOSK]) == 1000
    assert "林玉珍" not in out


def test_a_deviation_ends_with_1_and_is_told_with_its_section(directory: Path, says: Says) -> None:
    with second_central(directory, ("no Allow",)) as central:
        status, out, _ = says(central.url)
    assert status == 1
    [finding] = [number for number, line in enumerate(out.splitlines()) if line.startswith("deviates")]
    assert "http.method" in out.splitlines()[finding]
    assert "[README: Problem documents]" in out.splitlines()[finding]
    assert "405 without an Allow" in out.splitlines()[finding + 1]


def test_a_kiosk_that_central_does_not_know_is_no_reason_to_blame_its_tls(central: SecondCentral, says: Says) -> None:
    central.kiosks.clear()
    status, out, _ = says(central.url)
    assert status == 1
    assert "403 unknown_kiosk" in out
    assert "conforms   tls.certificate" in out


def test_a_central_of_another_authority_deviates_and_nothing_else_is_tried(
    central: SecondCentral, says: Says, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_authority(tmp_path)
    status = main(
        [
            "central",
            "check",
            central.url,
            "--ca",
            str(tmp_path / "ca.pem"),
            "--json",
            "--certificate",
            str(tmp_path / "kiosk.pem"),
            "--key",
            str(tmp_path / "kiosk.key"),
        ]
    )
    first, *others = json.loads(capsys.readouterr().out)["findings"]
    assert status == 1
    assert (first["name"], first["outcome"]) == ("tls.certificate", "deviates")
    assert "certificate_other_authority" in first["detail"]
    assert {each["outcome"] for each in others} == {"not tried"}


def test_where_nobody_listens_it_could_not_be_tried(says: Says) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    status, out, error = says(f"https://127.0.0.1:{port}")
    assert (status, out) == (2, "")
    assert error == f"https://127.0.0.1:{port}: nobody answers there: connection refused\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("http://127.0.0.1",), "the address does not begin with https://"),
        (("https://127.0.0.1", "--data", "nowhere.json"), "nowhere.json: cannot be read: No such file or directory"),
        (("https://127.0.0.1", "--other-key", "k.pem"), "--other-certificate and --other-key belong together"),
        (("https://127.0.0.1", "--grant-keys", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(says: Says, words: tuple[str, ...], said: str) -> None:
    status, out, error = says(*words)
    assert (status, out) == (2, "")
    assert said in error
    assert len(error.splitlines()) == 1


def test_files_that_are_no_certificates_are_told(
    tmp_path: Path, directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ca.pem").write_text("nothing", "utf-8")
    pair = ["--certificate", str(directory / f"{KIOSK}.pem"), "--key", str(directory / f"{KIOSK}.key")]
    assert main(["central", "check", "https://127.0.0.1", "--ca", str(tmp_path / "ca.pem"), *pair]) == 2
    assert "ca.pem: holds no certificate in PEM" in capsys.readouterr().err
    assert main(["central", "check", "https://127.0.0.1", *pair]) == 2
    assert capsys.readouterr().err == "missing: --ca\n"


def test_the_example_is_printed_and_is_an_example_of_every_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["central", "check", "--example"]) == 0
    assert CheckData.model_validate_json(capsys.readouterr().out) == load_check_data(EXAMPLE)
    assert set(json.loads(EXAMPLE.read_text("utf-8"))) == set(CheckData.model_fields)


def test_a_mistake_in_the_data_is_told_by_its_place_and_without_its_value(says: Says, tmp_path: Path) -> None:
    data = json.loads(EXAMPLE.read_text("utf-8"))
    data["endorsement"]["permit"]["content"]["endorsement_count"] = "林玉珍"
    data["refusal"]["colour"] = "red"
    (tmp_path / "data.json").write_text(json.dumps(data), "utf-8")
    status, _, error = says("https://127.0.0.1", "--data", tmp_path / "data.json")
    assert status == 2
    assert error.splitlines() == [
        "data.json: endorsement.permit.content.endorsement_count: int_type",
        "data.json: refusal.colour: extra_forbidden",
    ]
