"""Files as other machines write them: every kind of file takes the same encodings, and names those that it refuses."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.code_scanner.device_file import CodeScannerFile
from drivers.data_file import DataFileError, read_text
from drivers.guidance_lights.device_file import GuidanceLightsFile
from drivers.id_reader.reader_file import IdReaderFile
from drivers.permit_file.reader import load_permit_file
from drivers.permit_unit.dialects import load_unit_file
from drivers.receipt_printer import device_file as printer_file
from drivers.receipt_printer.document_file import load_document
from drivers.simulators import chip_keys
from drivers.simulators.residents import DEFAULT as RESIDENTS
from drivers.simulators.residents import load_residents
from drivers.transport.replay import TraceUnusable, read_trace
from kiosk.central.grants import load_grant_keys
from kiosk.config.settings import load_config
from kiosk.policy.region_file import load_region
from kiosk.reference_central.hsm import SoftwareHsm
from kiosk.reference_central.residents import load_imports
from kiosk.texts.translation import Translation
from screens.shell.screen_file import load_screen_file
from tests.lobby.production_site import GOOD, written
from tests.torture.fuzz.data_files import PRIVATE, PUBLIC


def shipped(name: str) -> str:
    return (ASSETS / name).read_text("utf-8")


def config_of(path: Path) -> object:
    raw = path.read_bytes()
    config = written(path.parent, "")
    config.write_bytes(raw)
    return load_config(config, ASSETS)


def locale_of(path: Path) -> object:
    (path.parent / "en.toml").write_bytes(path.read_bytes())
    return Translation.load(path.parent, "en")


TRACE = '{"at": 0, "dir": "out", "hex": "aa"}\n{"at": 0, "dir": "in", "hex": "bb", "note": "证"}\n'
KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "region": (load_region, shipped("regions/shanghai.toml")),
    "permit": (load_permit_file, shipped("permits/reference.toml")),
    "id_reader": (IdReaderFile.load, "# 证件\n" + shipped("devices/gat467.toml")),
    "permit_unit": (load_unit_file, "# 证件\n" + shipped("devices/star-tcp300.toml")),
    "printer": (printer_file.load, "# 小票\n" + shipped("devices/escpos-80-gb18030.toml")),
    "scanner": (CodeScannerFile.load, "# 扫码\n" + shipped("devices/code-scanner-serial.toml")),
    "lights": (GuidanceLightsFile.load, "# 灯\n" + shipped("devices/modbus-relay-8.toml")),
    "screen": (load_screen_file, "# 屏幕\n" + shipped("screens/panel-1280x800.toml")),
    "locale": (locale_of, shipped("locale/zh-Hans.toml")),
    "residents": (load_residents, RESIDENTS.read_text("utf-8")),
    "grant keys": (load_grant_keys, "# 密钥\n" + PUBLIC),
    "signing keys": (SoftwareHsm.from_files, "# 密钥\n" + PRIVATE + chip_keys.TEST_KEYS.read_text("utf-8")),
    "chip keys": (chip_keys.load_test_keys, "# 密钥\n" + chip_keys.TEST_KEYS.read_text("utf-8")),
    "configuration": (config_of, "# 本机\n" + GOOD),
    "receipt document": (load_document, '[[elements]]\nkind = "text"\ntext = "回执"\n'),
    "trace": (read_trace, TRACE),
    "central's residents": (load_imports, "\n[]\n"),
}

TAKEN: dict[str, Callable[[str], bytes]] = {
    "as it is": lambda text: text.encode(),
    "with a byte order mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "lines of Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "lines of an old Macintosh": lambda text: text.replace("\n", "\r").encode(),
    "a mark and lines of Windows": lambda text: codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode(),
}
UTF_16 = "is saved as UTF-16, not as UTF-8: save it as UTF-8"
REFUSED: dict[str, tuple[Callable[[str], bytes], str]] = {
    "UTF-16 LE": (lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"), UTF_16),
    "UTF-16 BE": (lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"), UTF_16),
    "UTF-16 LE without a mark": (lambda text: text.encode("utf-16-le"), UTF_16),
    "UTF-16 BE without a mark": (lambda text: text.encode("utf-16-be"), UTF_16),
    "UTF-32": (lambda text: text.encode("utf-32"), "is saved as UTF-32, not as UTF-8: save"),
    "GBK": (
        lambda text: ("# 居住证自助机\n" + text).encode("gb18030"),
        "is saved as GBK or GB 18030 (ANSI in Windows)",
    ),
    "Latin-1": (lambda text: b"# caf\xe9\n" + text.encode(), "is not UTF-8 at byte 5, line 1: save it as UTF-8"),
    "a NUL": (lambda text: text.encode().replace(b"\n", b"\0\n", 1), "is NUL, which no text holds"),
}


def put(folder: Path, kind: str, raw: bytes) -> Path:
    endings = {"trace": "jsonl", "central's residents": "json"}
    path = folder / f"edited.{endings.get(kind, 'toml')}"
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("form", TAKEN)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_takes_the_same_forms_of_utf_8(kind: str, form: str, tmp_path: Path) -> None:
    load, text = KINDS[kind]
    load(put(tmp_path, kind, TAKEN[form](text)))


@pytest.mark.parametrize("form", REFUSED)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_names_the_encoding_that_it_refuses_in_one_line(
    kind: str, form: str, tmp_path: Path
) -> None:
    load, text = KINDS[kind]
    spoil, told = REFUSED[form]
    with pytest.raises((DataFileError, TraceUnusable)) as refused:
        load(put(tmp_path, kind, spoil(text)))
    (line,) = getattr(refused.value, "mistakes", [str(refused.value)])
    assert told in line
    assert line.startswith(("edited.", str(tmp_path), "en.toml"))
    assert line.isprintable()


def test_a_receipt_document_in_json_is_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    text = json.dumps({"elements": [{"kind": "text", "text": "回执"}]}, ensure_ascii=False)
    for form in TAKEN.values():
        path.write_bytes(form(text))
        assert len(load_document(path).elements) == 1
    for spoil, told in REFUSED.values():
        path.write_bytes(spoil(f"\n{text}"))
        with pytest.raises(DataFileError) as refused:
            load_document(path)
        assert told in str(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"elements": NaN}', "is not JSON: NaN is no number"),
        ("[" * 100_000, "is not JSON: "),
        ("{", "is not JSON: "),
    ],
)
def test_what_is_no_json_is_one_line(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "receipt.json").write_text(text, "utf-8")
    with pytest.raises(DataFileError) as refused:
        load_document(tmp_path / "receipt.json")
    assert refused.value.mistakes[0].startswith(f"receipt.json: {told}")


def test_a_name_that_no_file_can_have_and_a_file_without_end_are_lines(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="cannot be read: no file can have this name here"):
        read_text(tmp_path / "a\0b")
    with pytest.raises(DataFileError, match="zero: is larger than 16 MB"):
        read_text(Path("/dev/zero"))


@pytest.mark.parametrize("key", ["ca", "certificate", "key"])
def test_a_certificate_that_an_editor_saved_as_utf_16_is_named_where_the_configuration_is_read(
    key: str, tmp_path: Path
) -> None:
    config = written(tmp_path, GOOD)
    name = {"ca": "ca.pem", "certificate": "kiosk.pem", "key": "kiosk.key"}[key]
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        (tmp_path / name).write_bytes("-----BEGIN CERTIFICATE-----\n".encode(encoding))
        with pytest.raises(DataFileError) as refused:
            load_config(config, ASSETS)
        assert refused.value.mistakes == [f"kiosk.toml: central.{key}: {name} {UTF_16}"]
