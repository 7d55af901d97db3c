"""A receipt document as a TOML or JSON file, for trying out a printer or a layout by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drivers.data_file import read_json
from drivers.device_file import DeviceFileError, FileTable, read_toml
from drivers.receipt_printer.document import Element, Feed, LabelledValue, QrCode, ReceiptDocument, Rule, TextLine

KINDS = ("text", "labelled", "rule", "qr", "feed")


def load_document(path: Path) -> ReceiptDocument:
    """Read `[[elements]]`, each with a `kind`. Raises `DeviceFileError` with one line for each mistake."""
    tables = _read_json(path) if path.suffix == ".json" else read_toml(path)
    elements = tables.get("elements")
    if not isinstance(elements, list) or not elements or not all(isinstance(e, Mapping) for e in elements):
        raise DeviceFileError([f"{path.name}: elements: must be a list of tables, each with a kind"])
    mistakes: list[str] = []
    read = [_element(FileTable(e, path.name, f"elements[{i}]."), mistakes) for i, e in enumerate(elements)]
    if mistakes:
        raise DeviceFileError(mistakes)
    return ReceiptDocument(tuple(read))


def _read_json(path: Path) -> dict[str, Any]:
    tables = read_json(path, DeviceFileError)
    return tables if isinstance(tables, dict) else {}


def _element(table: FileTable, mistakes: list[str]) -> Element:
    element = _by_kind(table)
    try:
        table.finish()
    except DeviceFileError as error:
        mistakes.extend(error.mistakes)
    return element


def _by_kind(table: FileTable) -> Element:
    match table.text("kind", one_of=KINDS):
        case "text":
            centred = table.text("align", default="left", one_of=("left", "centre")) == "centre"
            large = table.text("size", default="normal", one_of=("normal", "large")) == "large"
            return TextLine(
                table.text("text"),
                "centre" if centred else "left",
                "large" if large else "normal",
                table.truth("bold", default=False),
            )
        case "labelled":
            return LabelledValue(table.text("label"), table.text("value"))
        case "qr":
            return QrCode(table.text("data"))
        case "feed":
            return Feed(table.whole("lines", 1, 50, default=1))
        case _:
            return Rule()
