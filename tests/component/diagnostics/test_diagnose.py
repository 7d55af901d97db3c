"""`python -m kiosk diagnose` before simulated devices, a reference central and a kiosk's files, all over real wires."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from assets import ASSETS
from drivers.simulators.direct_link import DirectCoupler
from drivers.simulators.pcscd import PrivatePcscd
from drivers.simulators.residents import Residents, load_residents
from drivers.simulators.rig import Rig
from drivers.transport.urls import open_bytes
from drivers.typeface import Typeface
from kiosk.__main__ import main
from kiosk.config.settings import load_config
from kiosk.demo.configuration import simulated_site, write_configuration
from kiosk.diagnostics.checks import CHECKS, Check, diagnose
from kiosk.diagnostics.disk_check import room_for
from kiosk.diagnostics.finding import Outcome, ok
from kiosk.diagnostics.report import DEGRADED, NOT_IN_SERVICE, READY, Report
from kiosk.domain.clock import SystemClock
from kiosk.domain.faults import COUPLER_LINK
from kiosk.journal.journal import Journal, OutboundMessage, StepRecord
from kiosk.reference_central.authority import issue_client
from kiosk.reference_central.server import ReferenceCentral
from tests.lobby.central_rig import settings

TODAY = date(2026, 3, 2)
LIN, LIN_PERMIT = "lin-yuzhen", "lin-yuzhen-shanghai"


@dataclass
class DiagnosedKiosk:
    """A kiosk's configuration file and what it names."""

    directory: Path
    rig: Rig
    tls_dir: Path
    values: dict[str, dict[str, Any]]

    @property
    def config_file(self) -> Path:
        return self.directory / "kiosk.toml"

    def write(self) -> None:
        write_configuration(self.config_file, self.values)

    def report(self, clock: SystemClock | None = None) -> Report:
        """The report of the configuration as it stands, which must have no mistakes."""
        self.write()
        return diagnose(load_config(self.config_file, ASSETS), (), clock or SystemClock())


@pytest.fixture(scope="module")
def typeface() -> Typeface:
    return Typeface.load(ASSETS / "fonts")


@pytest.fixture(scope="module")
def residents() -> Residents:
    everybody = load_residents(today=TODAY)
    # To make everybody's permit takes longer than to diagnose a kiosk.
    return replace(everybody, permits={LIN_PERMIT: everybody.permits[LIN_PERMIT]})


@pytest.fixture(scope="module")
def central_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("central")


@pytest.fixture(scope="module")
def central(central_dir: Path) -> Iterator[ReferenceCentral]:
    with ReferenceCentral(settings(central_dir, SystemClock().now, threads=1)) as running:
        yield running


@pytest.fixture
def rig(tmp_path: Path, residents: Residents, typeface: Typeface) -> Iterator[Rig]:
    (tmp_path / "rig").mkdir()
    with closing(DirectCoupler()) as coupler:
        rig = Rig(tmp_path / "rig", residents, 0.0, coupler.url, typeface)
        rig.start()
        yield rig
        rig.stop()


def with_holidays(folder: Path, year: int) -> Path:
    """Shanghai's file, which knows the holidays of `year` and of the next whenever this is run."""
    text = (ASSETS / "regions" / "shanghai.toml").read_text("utf-8")
    added = (
        f'\n[holidays.{each}]\ncite = "holidays_2026/第一项至第七项"\noff = [{each}-01-01]\nworked = []\n'
        for each in (year, year + 1)
        if f"[holidays.{each}]" not in text
    )
    path = folder / "shanghai.toml"
    path.write_text(text + "".join(added), "utf-8")
    return path


@pytest.fixture
def place(tmp_path: Path, rig: Rig, central: ReferenceCentral, central_dir: Path) -> Iterator[DiagnosedKiosk]:
    (tmp_path / "state").mkdir()
    tls_dir = tmp_path / "tls"
    shutil.copytree(central_dir, tls_dir, ignore=shutil.ignore_patterns("*.db*"))
    site: dict[str, dict[str, Any]] = {
        **simulated_site({**rig.urls, "permit_chip": "sim://permit_chip?port=1"}, central.url)
    }
    site[""]["state_dir"] = "state"
    site["files"]["region"] = str(with_holidays(tmp_path, SystemClock().now().year))
    place = DiagnosedKiosk(tmp_path, rig, tls_dir, site)
    place.write()
    yield place
    central.clear_faults()


def outcomes(report: Report) -> dict[str, Outcome]:
    return {check.name: check.outcome for check in report.checks}


def trouble(report: Report) -> dict[str, tuple[str, str | None]]:
    """What is neither right nor left out: outcome and fault by check."""
    return {
        check.name: (check.outcome.value, None if check.fault is None else check.fault.code)
        for check in report.checks
        if check.outcome in (Outcome.WARNING, Outcome.FAILED)
    }


def detail(report: Report, name: str) -> str:
    return next(check.detail for check in report.checks if check.name == name)


# -- all is well -------------------------------------------------------------------------------------------------------


@pytest.mark.pcsc
def test_a_healthy_kiosk_is_ready(
    place: DiagnosedKiosk, pcscd: PrivatePcscd, capsys: pytest.CaptureFixture[str]
) -> None:
    place.values["devices"]["permit_chip"] = f"pcsc://{pcscd.reader_name}"
    place.write()
    assert main(["diagnose", "--config", str(place.config_file), "--json"]) == READY
    printed = json.loads(capsys.readouterr().out)
    assert {check["outcome"] for check in printed["checks"]} == {"ok"}
    assert [check["name"] for check in printed["checks"]] == [
        "user",
        "configuration",
        "kiosk",
        *(check.name for check in CHECKS),
    ]
    assert {check["fault"] for check in printed["checks"]} == {None}
    assert printed["versions"]["permit_unit"] == "TCP300SM V1.00"
    assert printed["versions"]["id_reader_module"].startswith("05.01-")
    assert printed["versions"]["region_file"].startswith("shanghai, shanghai.toml, SHA-256 ")
    assert printed["versions"].keys() >= {"kiosk", "python", "kivy", "pyscard", "openssl", "os"}


def test_nothing_is_moved_printed_or_read_from_anybody(place: DiagnosedKiosk, residents: Residents) -> None:
    place.rig.lay_id_card(LIN)
    place.rig.drain_activity()
    before = place.rig.state()
    report = place.report()
    assert report.exit_status == READY
    assert place.rig.state() == before
    assert {(busy["who"], busy["doing"]) for busy in place.rig.drain_activity() if busy["cause"] == "device"} == {
        ("id_reader", "STATUS"),
        ("id_reader", "MODULE_ID"),
        ("guidance_lights", "switching"),  # off, as they are
    }
    said = json.dumps(report.as_json(), ensure_ascii=False)
    person = residents.people[LIN]
    assert not [value for value in (person.name, person.number, person.address) if value in said]


def test_a_chip_that_hangs_directly_on_the_kiosk_is_not_asked(place: DiagnosedKiosk) -> None:
    assert outcomes(place.report())["permit_chip"] is Outcome.SKIPPED


# -- devices -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("device", "fault", "code", "status"),
    [
        ("id_reader", "unplugged", "1101", NOT_IN_SERVICE),
        ("id_reader", "self_test_fails", "1401", NOT_IN_SERVICE),
        ("permit_unit", "unplugged", "2101", NOT_IN_SERVICE),
        ("receipt_printer", "unplugged", "4101", DEGRADED),
        ("receipt_printer", "garbled_status", "4201", DEGRADED),
        ("receipt_printer", "silent", "4101", DEGRADED),
        ("receipt_printer", "cover_open", "4302", DEGRADED),
        ("receipt_printer", "paper_out", "4301", DEGRADED),
        ("receipt_printer", "cutter_failed", "4401", DEGRADED),
        ("receipt_printer", "paper_near_end", None, DEGRADED),
        ("code_scanner", "unplugged", "7101", DEGRADED),
        ("guidance_lights", "unplugged", "8101", DEGRADED),
        ("guidance_lights", "silent", "8101", DEGRADED),
        ("guidance_lights", "garbled", "8201", DEGRADED),
        ("guidance_lights", "refuses", "8201", DEGRADED),
    ],
)
def test_one_device_in_trouble_hides_none_of_the_others(
    place: DiagnosedKiosk, device: str, fault: str, code: str | None, status: int
) -> None:
    place.rig.fault(device, fault)
    report = place.report()
    assert trouble(report) == {device: ("failed" if code else "warning", code)}
    assert report.exit_status == status


@pytest.mark.slow
def test_devices_that_are_silent_are_each_named(place: DiagnosedKiosk) -> None:
    place.rig.fault("id_reader", "silent")
    place.rig.fault("permit_unit", "silent")
    report = place.report()
    assert trouble(report) == {"id_reader": ("failed", "1101"), "permit_unit": ("failed", "2101")}


def test_a_kiosk_without_what_is_optional_lacks_nothing(place: DiagnosedKiosk) -> None:
    for device in ("code_scanner", "guidance_lights"):
        del place.values["devices"][device]
    place.values["files"]["code_scanner"] = "code-scanner-hid"
    report = place.report()
    assert report.exit_status == READY
    for device in ("code_scanner", "guidance_lights"):
        assert detail(report, device).startswith("this kiosk has none")
        assert detail(report, f"{device}_file").startswith("not needed")


def test_lights_that_answer_are_left_dark(place: DiagnosedKiosk) -> None:
    assert detail(place.report(), "guidance_lights") == "all are off, and each of 5 outputs answered"
    assert place.rig.guidance_lights.lit == frozenset()


def test_a_code_scanner_that_another_program_holds_is_left_alone(place: DiagnosedKiosk) -> None:
    with closing(open_bytes(place.values["devices"]["code_scanner"])):
        assert trouble(place.report()) == {"code_scanner": ("failed", "7101")}


def test_an_open_cover_of_the_permit_unit_keeps_from_service(place: DiagnosedKiosk) -> None:
    place.rig.open_cover("permit_unit")
    report = place.report()
    assert trouble(report) == {"permit_unit": ("failed", "2302")}
    assert report.versions["permit_unit"] == "TCP300SM V1.00"
    assert report.exit_status == NOT_IN_SERVICE


def test_a_permit_in_the_mouth_is_told_and_left_there(place: DiagnosedKiosk) -> None:
    place.rig.offer_permit(LIN_PERMIT)
    report = place.report()
    assert trouble(report) == {"permit_unit": ("warning", None)}
    assert detail(report, "permit_unit").startswith("a permit lies in the mouth")
    assert place.rig.withdraw_permit()


def test_a_device_that_another_program_holds_is_left_alone(place: DiagnosedKiosk) -> None:
    with closing(open_bytes(place.values["devices"]["permit_unit"])) as held:
        report = place.report()
        assert trouble(report) == {"permit_unit": ("failed", "2101")}
        assert detail(report, "permit_unit").startswith(f"its port is held by process {os.getpid()} (")
        assert held.read(10, 0.0) == b""
    assert report.exit_status == NOT_IN_SERVICE


@pytest.mark.pcsc
def test_a_coupler_slot_that_is_not_there_is_named_beside_those_that_are(
    place: DiagnosedKiosk, pcscd: PrivatePcscd
) -> None:
    place.values["devices"]["permit_chip"] = "pcsc://Another Reader 00 00"
    report = place.report()
    assert trouble(report) == {"permit_chip": ("failed", "3101")}
    assert f"pcscd has '{pcscd.reader_name}'" in detail(report, "permit_chip")


@pytest.mark.pcsc
def test_a_pcscd_that_does_not_run_is_the_couplers_fault_alone(place: DiagnosedKiosk, pcscd: PrivatePcscd) -> None:
    place.values["devices"]["permit_chip"] = f"pcsc://{pcscd.reader_name}"
    pcscd.stop()
    try:
        assert trouble(place.report()) == {"permit_chip": ("failed", "3101")}
    finally:
        pcscd.start()


@pytest.mark.pcsc
def test_a_pcscd_that_hangs_is_told_apart_from_one_that_is_gone(place: DiagnosedKiosk, pcscd: PrivatePcscd) -> None:
    place.values["devices"]["permit_chip"] = f"pcsc://{pcscd.reader_name}"
    pcscd.freeze()
    try:
        report = place.report()
    finally:
        pcscd.thaw()
    assert trouble(report) == {"permit_chip": ("failed", "3102")}
    assert "pcscd or its reader does not answer: nothing came within 3 s" in detail(report, "permit_chip")
    assert report.exit_status == NOT_IN_SERVICE


# -- central -----------------------------------------------------------------------------------------------------------


def test_a_central_that_is_down_leaves_the_clock_unchecked(place: DiagnosedKiosk) -> None:
    place.values["central"]["url"] = "https://127.0.0.1:1"
    report = place.report()
    assert trouble(report) == {"central": ("failed", "5101")}
    assert detail(report, "central") == (
        "https://127.0.0.1:1: the connection is refused: is central running, and is this its port?"
    )
    assert outcomes(report)["clock"] is Outcome.SKIPPED
    assert report.exit_status == NOT_IN_SERVICE


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("refuse_connection", "5101"),
        ("http_500", "5101"),
        ("wrong_type", "5201"),
        ("garbage_json", "5201"),
    ],
)
def test_a_central_that_answers_wrongly_is_told(
    place: DiagnosedKiosk, central: ReferenceCentral, fault: str, code: str
) -> None:
    central.set_fault(fault)
    assert trouble(place.report()) == {"central": ("failed", code)}


def test_a_kiosk_that_central_does_not_know_is_told_so(place: DiagnosedKiosk) -> None:
    issue_client(place.tls_dir, "kiosk-99", "kiosk")
    report = place.report()
    assert trouble(report) == {"central": ("failed", "5101")}
    assert detail(report, "central").endswith("central refuses this kiosk: 403 unknown_kiosk")


def test_a_key_that_is_not_the_certificates_is_a_mistake_of_the_configuration(place: DiagnosedKiosk) -> None:
    place.values["central"]["key"] = "tls/central.key"
    assert trouble(place.report()) == {"central": ("failed", "6503")}


def test_a_certificate_that_ends_soon_is_a_warning(place: DiagnosedKiosk) -> None:
    issue_between(place.tls_dir, timedelta(days=-1), timedelta(days=12, hours=1))
    report = place.report()
    assert trouble(report) == {"certificates": ("warning", None)}
    assert "12 days" in detail(report, "certificates")
    assert report.exit_status == DEGRADED


@pytest.mark.parametrize(
    ("begins", "ends", "word"),
    [
        (timedelta(days=-9), timedelta(days=-2), "the kiosk's certificate ended at"),
        (timedelta(days=2), timedelta(days=9), "the kiosk's certificate begins at"),
    ],
)
def test_a_certificate_that_is_not_valid_today_explains_why_central_refuses(
    place: DiagnosedKiosk, begins: timedelta, ends: timedelta, word: str
) -> None:
    issue_between(place.tls_dir, begins, ends)
    report = place.report()
    assert trouble(report) == {"certificates": ("failed", "5101"), "central": ("failed", "5101")}
    assert detail(report, "certificates").startswith(word)


def issue_between(tls_dir: Path, begins: timedelta, ends: timedelta) -> None:
    """A certificate of the kiosk with these dates, counted from now, in place of the one that is there."""
    ca = x509.load_pem_x509_certificate((tls_dir / "ca.pem").read_bytes())
    ca_key = serialization.load_pem_private_key((tls_dir / "ca.key").read_bytes(), None)
    key = serialization.load_pem_private_key((tls_dir / "kiosk.key").read_bytes(), None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        ca.subject,
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kiosk-1")]),
        key.public_key(),
        x509.random_serial_number(),
        now + begins,
        now + ends,
    )
    certificate = builder.sign(ca_key, hashes.SHA256())
    (tls_dir / "kiosk.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


class ShiftedClock(SystemClock):
    """A clock that somebody set wrongly."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return super().now() + self._by


@pytest.mark.parametrize(
    ("by", "found"),
    [
        (timedelta(seconds=40), {}),
        (timedelta(seconds=-40), {}),
        (timedelta(seconds=80), {"clock": ("failed", "6501")}),
        (timedelta(seconds=-80), {"clock": ("failed", "6501")}),
    ],
)
def test_a_clock_may_be_a_minute_away_from_centrals(
    place: DiagnosedKiosk, by: timedelta, found: dict[str, tuple[str, str]]
) -> None:
    assert trouble(place.report(ShiftedClock(by))) == found


def test_a_clock_of_another_age_is_wrong_whatever_central_says(place: DiagnosedKiosk) -> None:
    report = place.report(ShiftedClock(timedelta(days=-365 * 30)))
    assert trouble(report)["clock"] == ("failed", "6501")
    assert "the clock" in detail(report, "certificates")


# -- files -------------------------------------------------------------------------------------------------------------


def printed_checks(place: DiagnosedKiosk, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    assert main(["diagnose", "--config", str(place.config_file), "--json"]) == NOT_IN_SERVICE
    printed = capsys.readouterr()
    assert printed.err == ""
    checks: list[dict[str, Any]] = json.loads(printed.out)["checks"]
    return checks


def test_every_mistake_of_the_configuration_is_a_failed_check_and_what_can_be_asked_is(
    place: DiagnosedKiosk, capsys: pytest.CaptureFixture[str]
) -> None:
    place.values[""]["state_dir"] = 7
    place.values["devices"]["id_reader"] = "usb://0"
    place.values["central"]["url"] = "https://[::1"
    del place.values["files"]["region"]
    place.write()
    checks = printed_checks(place, capsys)
    mistakes = [check["detail"] for check in checks if check["name"] == "configuration"]
    assert {mistake.split(": ")[1] for mistake in mistakes} == {
        "state_dir",
        "devices.id_reader",
        "files.region",
        "central.url",
    }
    assert {check["fault"] for check in checks if check["name"] == "configuration"} == {"6503"}
    rest = {check["name"]: check["outcome"] for check in checks if check["name"] != "configuration"}
    skipped = {name for name, outcome in rest.items() if outcome == "skipped"}
    assert skipped == {
        "region_file",
        "id_reader",
        "central",
        "clock",
        "disk",
        "journal",
        "journal_rights",
        "permit_chip",
    }
    assert {outcome for name, outcome in rest.items() if name not in skipped} == {"ok"}


@pytest.mark.parametrize("content", [None, b"site = ", b"\xff\xfe"])
def test_a_configuration_that_cannot_be_read_leaves_what_needs_none(
    place: DiagnosedKiosk, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    place.config_file.unlink()
    if content is not None:
        place.config_file.write_bytes(content)
    checks = printed_checks(place, capsys)
    by_outcome = {check["name"]: check["outcome"] for check in checks}
    assert by_outcome.pop("configuration") == "failed"
    assert [by_outcome.pop(name) for name in ("user", "kiosk", "fonts")] == ["ok"] * 3
    assert set(by_outcome.values()) == {"skipped"}


@pytest.mark.parametrize(
    ("key", "check", "code"),
    [
        ("region", "region_file", "6502"),
        ("id_reader", "id_reader_file", "6503"),
        ("permit_unit", "permit_unit_file", "6503"),
        ("receipt_printer", "receipt_printer_file", "6503"),
        ("code_scanner", "code_scanner_file", "6503"),
        ("guidance_lights", "guidance_lights_file", "6503"),
        ("screen", "screen_file", "6503"),
    ],
)
def test_each_mistake_of_a_data_file_is_a_failed_check(place: DiagnosedKiosk, key: str, check: str, code: str) -> None:
    (place.directory / "wrong.toml").write_text('surprise = "here"\n', encoding="utf-8")
    place.values["files"][key] = "wrong.toml"
    report = place.report()
    assert trouble(report) == {check: ("failed", code)}
    assert len([result for result in report.checks if result.name == check]) > 1
    assert all(result.detail.startswith("wrong.toml") for result in report.checks if result.name == check)
    if key in ("id_reader", "permit_unit", "receipt_printer", "code_scanner", "guidance_lights"):
        assert detail(report, key) == f"its device file has mistakes: see {key}_file"


def test_permit_files_and_grant_keys_with_mistakes_are_told(place: DiagnosedKiosk) -> None:
    for name in ("permit.toml", "keys.toml"):
        (place.directory / name).write_text("", encoding="utf-8")
    place.values["files"]["permits"] = ["reference", "permit.toml"]
    place.values["central"]["grant_keys"] = "keys.toml"
    assert trouble(place.report()) == {"permit_files": ("failed", "6503"), "grant_keys": ("failed", "6503")}


def assets_without(place: DiagnosedKiosk, *names: str) -> Report:
    """The report of a kiosk whose fonts and texts are copies, without the files `names`."""
    assets = place.directory / "assets"
    for folder in ("fonts", "locale"):
        shutil.copytree(ASSETS / folder, assets / folder, copy_function=os.symlink)
    for name in names:
        (assets / name).unlink()
    place.write()
    config = replace(load_config(place.config_file, ASSETS), assets_dir=assets)
    return diagnose(config, (), SystemClock())


def test_missing_fonts_leave_the_receipt_printer_checked(place: DiagnosedKiosk) -> None:
    report = assets_without(place, "fonts/NotoSansSC-Bold.otf")
    assert trouble(report) == {"fonts": ("failed", "6504")}
    assert outcomes(report)["receipt_printer"] is Outcome.OK


def test_a_language_without_its_file_is_told(place: DiagnosedKiosk) -> None:
    report = assets_without(place, "locale/en.toml")
    assert trouble(report) == {"locale": ("failed", "6504")}
    assert detail(report, "locale") == "en.toml: cannot be read: No such file or directory"


# -- disk --------------------------------------------------------------------------------------------------------------


def test_the_journal_is_opened_and_the_messages_that_wait_are_counted(place: DiagnosedKiosk) -> None:
    clock = SystemClock()
    with closing(Journal(place.directory / "state" / "journal.db", clock.now)):
        report = place.report()  # as while the kiosk runs
    assert detail(report, "journal") == "0 steps hold together; no message waits for central"


def journal_of(place: DiagnosedKiosk, hours_ago: float) -> Journal:
    """A journal with one step of so long ago, of which central was not told yet."""
    at = SystemClock().now() - timedelta(hours=hours_ago)
    opened = Journal(place.directory / "state" / "journal.db", lambda: at)
    step = StepRecord(at, None, "Recovering", "PathInspected", "Idle", "with_holder", (), None, {})
    opened.append(step, [OutboundMessage("completion", "key", UUID(int=1), "{}")])
    return opened


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (23.5, {}),
        (24.5, {"journal": ("failed", "5102")}),
    ],
)
def test_how_long_central_was_not_told_is_said_and_is_a_fault_after_a_day(
    place: DiagnosedKiosk, hours: float, said: dict[str, tuple[str, str]]
) -> None:
    with closing(journal_of(place, hours)):
        report = place.report()
    assert detail(report, "journal") == (
        f"1 steps hold together; 1 messages wait for central, the oldest for {hours:.1f} h"
    )
    assert trouble(report) == said
    assert report.exit_status == (1 if said else 0)


def test_a_journal_that_was_edited_is_told(place: DiagnosedKiosk) -> None:
    with closing(journal_of(place, 1.0)):
        pass
    with closing(sqlite3.connect(place.directory / "state" / "journal.db")) as db, db:
        db.execute("UPDATE step SET custody = 'retained'")
    report = place.report()
    assert trouble(report) == {"journal": ("failed", "6401")}
    assert detail(report, "journal").startswith("0 steps hold together; changed at step 1; 1 messages wait")


def test_no_journal_is_made_by_asking_for_it(place: DiagnosedKiosk) -> None:
    assert detail(place.report(), "journal") == "no journal yet"
    assert list((place.directory / "state").iterdir()) == []


def test_a_state_directory_that_the_first_start_will_make_is_no_trouble_and_is_not_made(place: DiagnosedKiosk) -> None:
    place.values[""]["state_dir"] = "later/state"
    assert outcomes(place.report())["disk"] is Outcome.OK
    assert not (place.directory / "later").exists()


@pytest.mark.parametrize("state_dir", ["kiosk.toml", "kiosk.toml/below"])
def test_a_state_directory_that_cannot_be_written_is_told(place: DiagnosedKiosk, state_dir: str) -> None:
    place.values[""]["state_dir"] = state_dir
    assert trouble(place.report()) == {"disk": ("failed", "6301")}


def test_a_journal_that_is_none_is_told(place: DiagnosedKiosk) -> None:
    (place.directory / "state" / "journal.db").write_bytes(b"not a database, by far " * 100)
    assert trouble(place.report()) == {"journal": ("failed", "6401")}


@pytest.mark.parametrize(
    ("free", "outcome"),
    [
        (500_000_000, Outcome.OK),
        (499_999_999, Outcome.WARNING),
        (50_000_000, Outcome.WARNING),
        (49_999_999, Outcome.FAILED),
    ],
)
def test_room_on_the_disk_is_judged_before_it_is_gone(free: int, outcome: Outcome) -> None:
    assert room_for(free).outcome is outcome


# -- the checks themselves, and the table ------------------------------------------------------------------------------


def test_a_check_that_breaks_or_hangs_hides_none_of_the_others(place: DiagnosedKiosk) -> None:
    let_go = threading.Event()

    def hangs(*_: object) -> Sequence[Any]:
        let_go.wait()
        return []

    def breaks(*_: object) -> Sequence[Any]:
        raise KeyError("what it says may be personal")

    checks = [
        Check("hangs", hangs, silent=COUPLER_LINK),
        Check("breaks", breaks),
        Check("fine", lambda *_: [ok("so it is")]),
    ]
    try:
        report = diagnose(load_config(place.config_file, ASSETS), (), SystemClock(), checks, within_s=0.2)
    finally:
        let_go.set()
    assert [(check.name, check.outcome.value, check.detail, check.fault) for check in report.checks[3:]] == [
        ("hangs", "failed", "the check did not come back in time", COUPLER_LINK),
        ("breaks", "failed", "the check itself broke: KeyError", None),
        ("fine", "ok", "so it is", None),
    ]
    assert report.exit_status == NOT_IN_SERVICE


def test_the_table_tells_the_remedy_under_each_failure_in_the_width_there_is(place: DiagnosedKiosk) -> None:
    place.rig.fault("receipt_printer", "paper_out")
    table = place.report().as_table(80)
    lines = table.splitlines()
    assert max(map(len, lines)) <= 80
    at = next(number for number, line in enumerate(lines) if line.startswith("receipt_printer "))
    assert lines[at].split() == ["receipt_printer", "FAILED", "there", "is", "no", "paper"]
    remedy = " ".join(" ".join(lines[at + 1 : at + 4]).split())
    assert remedy.startswith("4301: The receipt printer has no paper. Put in a new roll and tear off the first print.")
    assert lines[-1] == "Degraded: residents are served, but somebody should look."
