"""The files for systemd, udev and polkit are accepted by those who will read them, as far as they can be asked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.waiting import LIMIT_S

SYSTEMD = Path(__file__).resolve().parents[2] / "systemd"
UNITS_OF_THE_SYSTEM = Path("/usr/lib/systemd/system")
RESTART_UNITS = ("kiosk-pcscd-restart.path", "kiosk-pcscd-restart.service")
UDEV_PART = re.compile(r'[A-Z_]+(\{[^}"]+\})?(==|!=|\+=|-=|:=|=)"[^"]*"')


def run(*command: str, given: str = "") -> str:
    """What a command says; AssertionError with all of it if it fails."""
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def setting(name: str) -> str:
    values = [line.partition("=")[2] for line in unit_lines() if line.startswith(f"{name}=")]
    assert len(values) == 1, f"{name} stands {len(values)} times"
    return values[0]


def unit_lines() -> list[str]:
    return (SYSTEMD / "kiosk.service").read_text("utf-8").splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The root of a machine on which everything is installed that the service names."""
    shutil.copytree(UNITS_OF_THE_SYSTEM, tmp_path / "usr/lib/systemd/system", symlinks=True)
    unit = tmp_path / "etc/systemd/system/kiosk.service"
    unit.parent.mkdir(parents=True)
    for name in ("kiosk.service", *RESTART_UNITS):
        shutil.copy(SYSTEMD / name, unit.parent / name)
    (tmp_path / "usr/bin").mkdir(parents=True)
    for program in ("cage", "rm", "systemctl"):
        (tmp_path / "usr/bin" / program).touch(0o755)
    (tmp_path / "opt/qianzhu-kiosk/.venv/bin").mkdir(parents=True)
    (tmp_path / "opt/qianzhu-kiosk/.venv/bin/python").touch(0o755)
    return tmp_path


def test_systemd_accepts_the_service(machine: Path) -> None:
    said = run("systemd-analyze", "verify", "--man=no", f"--root={machine}", "kiosk.service")
    assert [line for line in said.splitlines() if "kiosk.service" in line] == []


def test_systemd_accepts_what_restarts_pcscd(machine: Path) -> None:
    said = run("systemd-analyze", "verify", "--man=no", f"--root={machine}", *RESTART_UNITS)
    assert [line for line in said.splitlines() if "kiosk" in line] == []


def test_the_kiosk_asks_for_a_restart_where_systemd_waits_for_it_and_may_write_there() -> None:
    asked = tomllib.loads((SYSTEMD / "kiosk.example.toml").read_text("utf-8"))["pcscd_restart_file"]
    waiting, restarting = ((SYSTEMD / name).read_text("utf-8").splitlines() for name in RESTART_UNITS)
    assert f"PathExists={asked}" in waiting
    # It is taken away first: as long as it is there, systemd would start the service again and again.
    assert next(line for line in restarting if line.startswith("ExecStart=")) == f"ExecStart=/usr/bin/rm -f {asked}"
    assert Path("/run") / setting("RuntimeDirectory") == Path(asked).parent


def test_the_service_is_as_confined_as_serial_lines_and_a_screen_allow() -> None:
    run("systemd-analyze", "security", "--offline=yes", "--threshold=25", str(SYSTEMD / "kiosk.service"))


def test_the_service_is_started_again_for_ever_and_watched() -> None:
    assert (setting("Restart"), setting("StartLimitIntervalSec")) == ("always", "0")
    assert (setting("Type"), setting("NotifyAccess")) == ("notify", "main")
    assert int(setting("WatchdogSec")) > 0


def test_nothing_about_a_resident_gets_to_the_disk_behind_the_programs_back() -> None:
    assert (setting("LimitCORE"), setting("MemorySwapMax"), setting("UMask")) == ("0", "0", "0077")


def test_the_service_runs_the_program_in_its_own_place() -> None:
    command = setting("ExecStart").split(" -- ")[1]
    interpreter, words = command.split(" -m ")
    assert interpreter == "/opt/qianzhu-kiosk/.venv/bin/python -BEs -X utf8"
    assert words == "kiosk run --config /etc/qianzhu-kiosk/kiosk.toml"
    assert setting("User") == "kiosk"


def test_what_stops_the_service_signals_the_kiosk_and_neither_compositor_nor_relay() -> None:
    stops = next(line for line in unit_lines() if line.startswith("ExecStop=") and "pkill" in line)
    pattern = re.search(r'"(.+)"', stops)
    assert pattern is not None
    relay = setting("ExecStart")
    compositor, kiosk = relay[relay.index("/usr/bin/cage") :], relay.split(" -- ")[1]
    assert re.search(pattern.group(1), kiosk)
    assert [line for line in (relay, compositor) if re.search(pattern.group(1), line)] == []


def test_systemd_hears_the_kiosk_although_its_session_is_another_unit() -> None:
    """systemd.exec(5), PAMName=: of a service with a session only the main process is heard."""
    assert setting("PAMName")
    assert setting("ExecStart").split(" -- ")[0].split(" -m ")[1] == "kiosk.runtime.notify_relay /usr/bin/cage -d"
    assert setting("RuntimeDirectory")


def test_the_log_is_found_by_the_name_that_alerts_and_documents_tell() -> None:
    """journald counts the lines of a session for the session (systemd issue 18548), so -u does not find them."""
    told = [(SYSTEMD / name).read_text("utf-8") for name in ("README.md", "supervision/kiosk.rules.yml")]
    names = {name for text in told for name in re.findall(r"journalctl [^`;.]*-t ([\w-]+)", text)}
    assert names == {setting("SyslogIdentifier")}


def test_the_user_can_be_made(tmp_path: Path) -> None:
    users = (SYSTEMD / "kiosk.sysusers.conf").read_text("utf-8")
    said = run("systemd-sysusers", "--dry-run", f"--root={tmp_path}", "-", given=users)
    assert "Creating user 'kiosk'" in said or "Would create user" in said, said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give directories to others")
def test_the_directories_can_be_made_and_only_the_kiosk_reads_them(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    run("systemd-sysusers", f"--root={tmp_path}", "-", given=(SYSTEMD / "kiosk.sysusers.conf").read_text("utf-8"))
    directories = (SYSTEMD / "kiosk.tmpfiles.conf").read_text("utf-8")
    run("systemd-tmpfiles", "--create", f"--root={tmp_path}", "-", given=directories)
    state = (tmp_path / "var/lib/qianzhu-kiosk").stat()
    configuration = (tmp_path / "etc/qianzhu-kiosk").stat()
    assert (state.st_mode & 0o777, configuration.st_mode & 0o777) == (0o700, 0o750)
    assert (configuration.st_uid, configuration.st_gid) == (0, state.st_gid)
    assert state.st_uid != 0


def udev_rules() -> list[str]:
    lines = (SYSTEMD / "kiosk.udev.rules").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_every_udev_rule_is_a_list_of_keys_operators_and_quoted_values() -> None:
    for rule in udev_rules():
        assert [part for part in rule.split(", ") if not UDEV_PART.fullmatch(part)] == [], rule


def test_udev_rules_compare_before_they_assign_and_jump_to_a_label_that_is_there() -> None:
    text = "\n".join(udev_rules())
    assert set(re.findall(r'GOTO="(\w+)"', text)) == set(re.findall(r'LABEL="(\w+)"', text))
    for rule in udev_rules():
        compares = ["==" in part or "!=" in part for part in rule.split(", ")]
        assert compares == sorted(compares, reverse=True), rule


def test_every_device_that_has_a_wire_of_its_own_has_a_name() -> None:
    names = set(re.findall(r'SYMLINK\+="([^"]+)"', "\n".join(udev_rules())))
    assert names == {
        "kiosk-id-reader",
        "kiosk-permit-unit",
        "kiosk-receipt-printer",
        "kiosk-code-scanner",
        "kiosk-guidance-lights",
        "kiosk-touchscreen",
        "kiosk-headphones",
    }


def test_chips_may_be_used_by_the_kiosks_user_and_nobody_else() -> None:
    rule = (SYSTEMD / "kiosk.polkit.rules").read_text("utf-8")
    assert re.findall(r"org\.debian\.pcsc-lite\.(\w+)", rule) == ["access_pcsc", "access_card"]
    assert re.findall(r'subject\.(\w+) == "(\w+)"', rule) == [("user", setting("User"))]
    assert rule.count("{") == rule.count("}")


def test_the_readme_installs_every_file() -> None:
    readme = (SYSTEMD / "README.md").read_text("utf-8")
    installed = set(re.findall(r"install -D -m 6\d\d (?:-g kiosk )?(\S+) ", readme))
    assert installed == {path.name for path in SYSTEMD.iterdir() if path.is_file()} - {"README.md"}


def test_the_readme_names_every_file_for_supervision() -> None:
    readme = (SYSTEMD / "README.md").read_text("utf-8")
    files = sorted(path.name for path in (SYSTEMD / "supervision").iterdir())
    assert [name for name in files if f"`{name}`" not in readme] == []
    assert len(files) == 4


def test_the_pam_file_is_the_one_that_the_service_names() -> None:
    readme = (SYSTEMD / "README.md").read_text("utf-8")
    assert f"/etc/pam.d/{setting('PAMName')}\n" in readme
