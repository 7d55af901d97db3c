"""`python -m kiosk service-mode`, and that the configuration takes what it makes and refuses what it does not."""

from __future__ import annotations

import io
import re
import resource
from datetime import date
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.__main__ import main
from kiosk.config.service_mode import ServiceModeSettings
from kiosk.config.settings import ConfigError, load_config
from kiosk.diagnostics.key_rights import key_rights
from kiosk.domain.technician import Role, Technician
from kiosk.services.technician_access import hashed, is_of, unlock_code
from tests.component.services.test_technician_access import CHEAP_KIB
from tests.fakes.hand_clock import HandClock
from tests.lobby.production_site import GOOD, written

PIN = "314159"
TABLE = '\n[service_mode]\ntechnicians = "technicians.toml"\n'


def added(monkeypatch: pytest.MonkeyPatch, typed: str, number: str = "17", name: str = "某工") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(["service-mode", "add-technician", number, "--name", name, "--role", "engineer"])


def configured(folder: Path, technicians: str, more: str = "") -> ServiceModeSettings:
    (folder / "technicians.toml").write_text(technicians, "utf-8")
    return load_config(written(folder, f"{GOOD}{TABLE}{more}"), ASSETS).service_mode


def test_the_lines_of_a_new_technician_are_what_the_configuration_takes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert added(monkeypatch, f"{PIN}\n{PIN}\n", name='某"\\工') == 0
    told = capsys.readouterr().out
    found = configured(tmp_path, told).technicians["17"]
    assert found.technician == Technician("17", '某"\\工', Role.ENGINEER)
    assert is_of(PIN, found.pin)
    address = re.search(r"otpauth://totp/kiosk%3A17\?secret=([A-Z2-7]{32})&issuer=kiosk", told)
    assert address is not None
    assert f'otp_secret = "{address[1]}"' in told
    assert PIN not in told
    assert len(found.otp_secret) == 20


@pytest.mark.parametrize(
    ("typed", "number", "name", "why"),
    [
        ("314159\n314158\n", "17", "某", "not the same"),
        ("31415\n31415\n", "17", "某", "six to ten digits"),
        ("", "17", "某", "six to ten digits"),
        ("123456\n123456\n", "17", "某", "guessed first"),
        ("314159\n314159\n", "7", "某", "two digits"),
        ("314159\n314159\n", "17", "某" * 21, "1 to 20 characters"),
        ("314159\n314159\n", "17", "某\n", "1 to 20 characters"),
    ],
)
def test_what_cannot_be_a_technician_is_refused_in_one_line(
    typed: str, number: str, name: str, why: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert added(monkeypatch, typed, number, name) == 2
    told = capsys.readouterr()
    assert why in told.err
    assert len(told.err.splitlines()) == 1


def entry(**changed: str) -> str:
    values = {"name": "某工", "role": "engineer", "pin": hashed(PIN), "otp_secret": "A" * 32, **changed}
    return "[17]\n" + "\n".join(f'{key} = "{value}"' for key, value in values.items())


@pytest.mark.parametrize(
    ("technicians", "mistake"),
    [
        (entry(role="king"), "17: the role is 'king'; one of site_staff, engineer, auditor is wanted"),
        (entry(pin="secret"), "17: the pin is nothing that python -m kiosk service-mode add-technician makes"),
        (entry(pin=hashed(PIN, CHEAP_KIB)), "Argon2's m is 32"),
        (entry(pin=hashed(PIN)[:-1]), "17: the pin's salt and key are not base64 of 16 and 32 bytes"),
        (entry(pin=hashed(PIN)[:-2]), "17: the pin's salt and key are not base64 of 16 and 32 bytes"),
        (entry(pin=hashed(PIN)[:-1] + "/"), "17: the pin's salt and key are not base64 of 16 and 32 bytes"),
        (entry(otp_secret="AB"), "17: the otp_secret is not base32"),
        (entry(otp_secret="A" * 8), "17: the otp_secret has 5 bytes"),
        (entry(name=""), "17: the name has 1 to 20 characters"),
        (entry(more="x"), "17: name, role, pin and otp_secret are wanted, and nothing else"),
        (entry().replace("[17]", "[1]"), "1: is no technician's number"),
        (entry().replace('name = "某工"', "name = 17"), "17: name, role, pin and otp_secret are texts"),
        ("17 = 1", "17: name, role, pin and otp_secret are wanted"),
        ("[17", "technicians.toml"),
    ],
)
def test_a_file_of_technicians_with_a_mistake_is_refused_and_repeats_no_secret(
    technicians: str, mistake: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as refused:
        configured(tmp_path, technicians)
    told = "\n".join(refused.value.mistakes)
    assert mistake in told
    assert "service_mode.technicians" in told
    assert "argon2id$v" not in told
    assert "AAAAAAA" not in told


def test_a_file_of_technicians_that_others_may_read_is_found_by_diagnose(tmp_path: Path) -> None:
    (tmp_path / "technicians.toml").write_text(entry(), "utf-8")
    (tmp_path / "technicians.toml").chmod(0o644)
    config = load_config(written(tmp_path, f"{GOOD}{TABLE}"), ASSETS)
    told = [finding.detail for finding in key_rights(config, HandClock())]
    assert any(each.startswith("technicians.toml is open to others than the kiosk (mode 0644)") for each in told)


def test_a_file_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"service_mode\.technicians"):
        load_config(written(tmp_path, f"{GOOD}{TABLE}"), ASSETS)


def test_without_the_table_there_is_no_service_mode(tmp_path: Path) -> None:
    assert load_config(written(tmp_path, GOOD), ASSETS).service_mode == ServiceModeSettings()


def test_a_key_is_made_once_and_gives_the_code_of_a_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = tmp_path / "unlock.key"
    assert main(["service-mode", "make-unlock-key", str(key)]) == 0
    assert key.stat().st_mode & 0o777 == 0o600
    made = key.read_bytes()
    assert main(["service-mode", "make-unlock-key", str(key)]) == 2
    assert key.read_bytes() == made
    found = configured(tmp_path, entry(), f'unlock_key = "{key.name}"\n')
    assert found.unlock_key is not None
    assert found.files == (tmp_path / "technicians.toml", key)
    capsys.readouterr()
    assert main(["service-mode", "unlock-code", str(key), "一号机", "--day", "2026-03-09"]) == 0
    code = unlock_code(found.unlock_key, "一号机", date(2026, 3, 9))
    assert capsys.readouterr().out.startswith(f"{code[:4]} {code[4:]} ")


def test_no_part_of_a_key_is_left_where_it_does_not_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        assert main(["service-mode", "make-unlock-key", str(tmp_path / "unlock.key")]) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "File too large" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"%%%", b"AAAA"])
def test_what_is_no_key_is_refused(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "unlock.key").write_bytes(content)
    assert main(["service-mode", "unlock-code", str(tmp_path / "unlock.key"), "一号机"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    with pytest.raises(ConfigError, match=r"service_mode\.unlock_key"):
        configured(tmp_path, entry(), 'unlock_key = "unlock.key"\n')
