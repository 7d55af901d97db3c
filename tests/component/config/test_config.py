"""The configuration file: what it says, and one readable line for each of its mistakes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.config.settings import ConfigError, load_config, read_config, tells_permit_unit
from kiosk.domain.devices import CODE_SCANNER, GUIDANCE_LIGHTS
from kiosk.texts.translation import languages_in
from tests.lobby.production_site import GOOD, written

ROOT = Path(__file__).resolve().parents[3]


def mistakes_in(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(written(folder, text), ASSETS)
    return caught.value.mistakes


def test_a_good_file_is_read_with_its_paths_beside_it(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, GOOD), ASSETS)
    assert config.files.region == ASSETS / "regions" / "shanghai.toml"
    assert config.central.key == tmp_path / "kiosk.key"
    assert config.state_dir == tmp_path / "state"
    assert not config.simulation
    assert config.languages == languages_in(ASSETS / "locale")


def test_a_kiosk_may_have_guidance_lights_or_none(tmp_path: Path) -> None:
    without = load_config(written(tmp_path, GOOD), ASSETS)
    assert (without.devices[GUIDANCE_LIGHTS], without.files.devices[GUIDANCE_LIGHTS].stem) == ("", "modbus-relay-8")
    lit = GOOD.replace("[files]", 'guidance_lights = "serial:///dev/kiosk-guidance-lights?baud=9600"\n\n[files]')
    assert load_config(written(tmp_path, lit), ASSETS).devices[GUIDANCE_LIGHTS].endswith("?baud=9600")
    wrong = lit.replace("?baud=9600", "")
    assert [line for line in mistakes_in(tmp_path, wrong) if "devices.guidance_lights" in line and "speed" in line]


def test_a_kiosk_may_have_a_code_scanner_of_either_kind_or_none(tmp_path: Path) -> None:
    without = load_config(written(tmp_path, GOOD), ASSETS)
    assert (without.devices[CODE_SCANNER], without.files.devices[CODE_SCANNER].name) == ("", "code-scanner-serial.toml")
    typing = GOOD.replace("[files]", 'code_scanner = "hid:///dev/kiosk-code-scanner"\n\n[files]').replace(
        'region = "shanghai"', 'region = "shanghai"\ncode_scanner = "code-scanner-hid"'
    )
    config = load_config(written(tmp_path, typing), ASSETS)
    assert config.devices[CODE_SCANNER] == "hid:///dev/kiosk-code-scanner"
    assert config.files.devices[CODE_SCANNER] == ASSETS / "devices" / "code-scanner-hid.toml"
    wrong = typing.replace("hid:///dev/", "bluetooth://")
    assert [line for line in mistakes_in(tmp_path, wrong) if "devices.code_scanner" in line and "hid://" in line]


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = (
        GOOD.replace('"serial:///dev/kiosk-id-reader?baud=115200"', '"usb://1"')
        .replace('"shanghai"', '"atlantis"')
        .replace('site = "production"', 'site = "lobby"')
        + '\ncolour = "red"\n'
    )
    mistakes = mistakes_in(tmp_path, text)
    assert len(mistakes) == 4
    assert all(mistake.startswith("kiosk.toml: ") for mistake in mistakes)
    assert any("devices.id_reader" in mistake and "serial://" in mistake for mistake in mistakes)
    assert any("atlantis" in mistake and "shanghai" in mistake for mistake in mistakes)
    assert any("colour" in mistake for mistake in mistakes)


@pytest.mark.parametrize(
    ("written_as", "told"),
    [
        ('"SH-PD\\n001"', "holds U+000A (character 6), which is no part of one line"),
        ('"SH\\u2028PD"', "holds U+2028 (character 3)"),
        ('"\\u202E001"', "holds U+202E (character 1)"),
        (f'"{"号" * 41}"', "has 41 characters; at most 40 are wanted"),
    ],
)
def test_the_kiosks_name_is_one_line_of_a_receipt(tmp_path: Path, written_as: str, told: str) -> None:
    (mistake,) = mistakes_in(tmp_path, GOOD.replace('"SH-PD-001"', written_as))
    assert mistake.startswith("kiosk.toml: kiosk_name: ")
    assert told in mistake


def test_a_name_with_a_symbol_and_its_variation_selector_is_taken(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, GOOD.replace("SH-PD-001", "☎\ufe0f 110")), ASSETS)
    assert config.kiosk_name == "☎\ufe0f 110"


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("receipt_link", GOOD.replace("invalid/r/", "invalid/\\u2029")),
        ("devices.permit_chip", GOOD.replace("Some Coupler", "Some\\tCoupler")),
        ("languages", 'languages = ["zh-Hans", "en\\n"]\n' + GOOD),
        ("face_refreshed_at.zh-Hans", GOOD + '\n[face_refreshed_at]\nzh-Hans = "一楼\\n大厅"\n'),
        ("face_refreshed_at.zh-Hans", GOOD + f'\n[face_refreshed_at]\nzh-Hans = "{"厅" * 121}"\n'),
    ],
)
def test_every_text_of_the_configuration_is_one_line_of_a_bounded_length(tmp_path: Path, key: str, text: str) -> None:
    assert [line for line in mistakes_in(tmp_path, text) if line.startswith(f"kiosk.toml: {key}: h")]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('permit_chip = "sim://permit_chip?port=7000"', "devices"),
        ('automation_socket = "automation"', "automation_socket"),
    ],
)
def test_a_production_site_refuses_what_only_a_simulation_may_have(tmp_path: Path, line: str, key: str) -> None:
    text = GOOD.replace('permit_chip = "pcsc://Some Coupler 00 00"', line) if key == "devices" else f"{line}\n{GOOD}"
    assert [mistake for mistake in mistakes_in(tmp_path, text) if key in mistake]


def test_a_key_that_has_another_name_now_is_refused_with_that_name(tmp_path: Path) -> None:
    text = 'witness_socket = "automation"\n' + GOOD.replace('site = "production"', 'site = "simulation"')
    assert "kiosk.toml: witness_socket: is called automation_socket now" in mistakes_in(tmp_path, text)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("pcsc://" + "x" * 128, "the name has 128 bytes and PC/SC opens none of more than 127"),
        ("pcsc://", "expected pcsc://READER NAME"),
        ("pcsc-hex://华视", "two hex digits for each byte"),
        ("sim://permit_chip", "sim://permit_chip?port=N is wanted"),
        ("serial:///dev/x", "pcsc://, pcsc-hex://, unit://, sim:// is wanted"),
    ],
)
def test_a_chip_coupler_that_cannot_be_opened_is_refused_at_the_start(tmp_path: Path, url: str, words: str) -> None:
    text = GOOD.replace("pcsc://Some Coupler 00 00", url).replace('site = "production"', 'site = "simulation"')
    (mistake,) = [line for line in mistakes_in(tmp_path, text) if "devices.permit_chip" in line]
    assert mistake.startswith("kiosk.toml: devices.permit_chip: ")
    assert words in mistake


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("tcp://print..er:9100", "'print..er' is no name of a host"),
        ("tcp://user@printer:9100", "expected tcp://host:port"),
        ("tcp://printer:９１００", "a port from 1 to 65535"),
        ("serial:///dev/ttyS0", "the speed is missing: expected ?baud=115200"),
        ("serial:///dev/ttyS0?baud=９６００", "baud must be one of"),
    ],
)
def test_a_receipt_printer_that_cannot_be_opened_is_refused_at_the_start(tmp_path: Path, url: str, words: str) -> None:
    text = re.sub(r'receipt_printer = ".*"', f'receipt_printer = "{url}"', GOOD, count=1)
    (mistake,) = [line for line in mistakes_in(tmp_path, text) if "devices.receipt_printer" in line]
    assert words in mistake


@pytest.mark.parametrize(
    "url",
    [
        "http://central.example.invalid",
        "https://",
        "central",
        "https://[::1",
        "https://a:b",
        " https://central",
        "https://１２７．０．０．１",
        "https://1.2.3.256",
        "https://central..invalid",
        "https://central?a",
        "https://central#a",
        "https://central/v1",
        "https://kiosk:pw@central",
    ],
)
def test_central_is_reached_by_https_only(tmp_path: Path, url: str) -> None:
    (mistake,) = mistakes_in(tmp_path, GOOD.replace("https://central.example.invalid:8443", url))
    assert "central.url: is " in mistake
    assert "https://host:port is wanted; this " in mistake
    assert "pw" not in mistake


def test_the_example_lacks_nothing_but_the_sites_own_certificates() -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(ROOT / "systemd" / "kiosk.example.toml", ASSETS)
    assert [mistake.split(": ")[1] for mistake in caught.value.mistakes] == [
        "central.ca",
        "central.certificate",
        "central.key",
        "central.grant_keys",
    ]


def test_the_journal_is_chained_with_sha256_and_kept_for_half_a_year_unless_the_site_says_otherwise(
    tmp_path: Path,
) -> None:
    usual = load_config(written(tmp_path, GOOD), ASSETS).journal
    assert (usual.hash, usual.keep_days) == ("sha256", 180)
    chosen = load_config(written(tmp_path, GOOD + '\n[journal]\nhash = "sm3"\nkeep_days = 400\n'), ASSETS).journal
    assert (chosen.hash, chosen.keep_days) == ("sm3", 400)


def test_every_mistake_about_the_journal_is_a_line(tmp_path: Path) -> None:
    lines = mistakes_in(tmp_path, GOOD + '\n[journal]\nhash = "md5"\nkeep_days = 7\nsalt = "x"\n')
    assert lines == [
        'kiosk.toml: journal.hash: is \'md5\'; "sha256" or "sm3" is wanted',
        "kiosk.toml: journal.keep_days: is 7; a whole number of days from 30 to 3650 is wanted",
        "kiosk.toml: journal.salt: is not known here",
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "says_enough"),
    [
        ('region = "shanghai"', 'region = "atlantis"', True),
        ('site = "production"', 'site = "here"', True),
        ('permit_chip = "pcsc', 'permit_chip = "usb', True),
        ('state_dir = "state"', 'state_dir = "state"\nbright = 7', True),
        ('region = "shanghai"', 'region = "shanghai"\npermit_unit = "star-tcp300"\nprinter = "x"', True),
        ('permit_unit = "serial', 'permit_unit = "usb', False),
        ('region = "shanghai"', 'region = "shanghai"\npermit_unit = "nobody"', False),
        ('region = "shanghai"', 'region = "shanghai"\npermitunit = "crt-750"', False),  # star-tcp300 would be believed
        ('state_dir = "state"', 'statedir = "state"', False),
        ("[devices]", "[device]", False),
        ("[devices]", "[devices", False),
    ],
)
def test_with_which_mistakes_a_permit_can_be_given_back_even_so(
    tmp_path: Path, right: str, wrong: str, says_enough: bool
) -> None:
    assert right in GOOD
    _, mistakes = read_config(written(tmp_path, GOOD.replace(right, wrong, 1)), ASSETS)
    assert mistakes
    assert tells_permit_unit(mistakes) == says_enough


@pytest.mark.parametrize(
    "link",
    [
        "x",
        "javascript:alert(1)",
        "http://receipt.example.invalid/",
        "https://",
        "https:///r/",
        "https://a b/",
        "https://r/%zz",
        "https://r/号",
        "https://user@receipt.example.invalid/",
        "https://receipt..invalid/r",
        "https://r/<",
    ],
)
def test_a_link_that_no_telephone_follows_is_refused(tmp_path: Path, link: str) -> None:
    (mistake,) = mistakes_in(tmp_path, GOOD.replace("https://receipt.example.invalid/r/", link))
    assert mistake.startswith("kiosk.toml: receipt_link: ")


@pytest.mark.parametrize(
    "link",
    [
        "https://receipt.example.invalid/?number=",
        "https://[2001:db8::1]:8443/r#",
        "https://r/%E5%8F%B7/",
    ],
)
def test_a_link_may_end_anywhere_before_the_number(tmp_path: Path, link: str) -> None:
    written_link = GOOD.replace("https://receipt.example.invalid/r/", link)
    assert load_config(written(tmp_path, written_link), ASSETS).receipt_link == link


@pytest.mark.parametrize("name", ["\u200b", "\u3164", "\u00ad", "\u2800", "\u3000", " ", "\ufe0f", "\u0301"], ids=ascii)
def test_a_name_that_shows_nothing_is_missing(tmp_path: Path, name: str) -> None:
    (mistake,) = mistakes_in(tmp_path, GOOD.replace("SH-PD-001", name))
    assert mistake.startswith("kiosk.toml: kiosk_name: is missing")


@pytest.mark.parametrize(
    ("device", "url", "other"),
    [
        ("permit_unit", "serial:///dev/kiosk-id-reader?baud=38400", "id_reader"),
        ("permit_unit", "serial:///dev/../dev/kiosk-id-reader?baud=38400", "id_reader"),
        ("id_reader", "tcp://192.0.2.7:9100", "receipt_printer"),
    ],
)
def test_two_devices_on_one_wire_are_a_mistake_of_both(tmp_path: Path, device: str, url: str, other: str) -> None:
    lines = mistakes_in(tmp_path, re.sub(rf'{device} = "[^"]*"', f'{device} = "{url}"', GOOD, count=1))
    assert sorted(lines) == sorted(
        [
            f"kiosk.toml: devices.{device}: is the wire of {other} too; each device has one of its own",
            f"kiosk.toml: devices.{other}: is the wire of {device} too; each device has one of its own",
        ]
    )
