"""The device file of a code scanner."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from drivers.code_scanner.base import ScanDecoder
from drivers.code_scanner.envelope import IDENTIFIERS, Envelope
from drivers.code_scanner.hid_keyboard import KeyboardDecoder
from drivers.code_scanner.serial_line import ENCODINGS, ENDINGS, LineDecoder
from drivers.device_file import FileTable

DIALECTS = ("serial", "hid_keyboard")


@dataclass(frozen=True, slots=True)
class CodeScannerFile:
    """One model of code scanner. `ending` and `encoding` are the serial dialect's; a keyboard ends with Enter.
    `ending`: the one that the model is set to send (all are understood). `gap_s`: after so many seconds of silence in a
    code its rest will not come.
    """

    model: str
    dialect: str
    ending: str
    encoding: str
    envelope: Envelope
    gap_s: float

    @classmethod
    def load(cls, path: Path) -> CodeScannerFile:
        """Read a device file. Raises `DeviceFileError` with every mistake in it."""
        table = FileTable.of_file(path)
        table.text("kind", one_of=("code-scanner",))
        dialect = table.text("dialect", one_of=DIALECTS)
        is_serial = dialect != "hid_keyboard"
        loaded = cls(
            model=table.text("model"),
            dialect=dialect,
            ending=table.text("ending", one_of=tuple(ENDINGS)) if is_serial else "cr",
            encoding=table.text("encoding", one_of=tuple(ENCODINGS)) if is_serial else "ascii",
            envelope=Envelope(
                prefix=table.text("prefix") if table.has("prefix") else "",
                suffix=table.text("suffix") if table.has("suffix") else "",
                identifier=table.text("symbology_identifier", one_of=IDENTIFIERS),
                max_characters=table.whole("max_characters", 8, 4096),
            ),
            gap_s=table.seconds("gap_s", high=5.0),
        )
        for key, added in (("prefix", loaded.envelope.prefix), ("suffix", loaded.envelope.suffix)):
            if not added.isprintable():
                table.complain(key, "must be printable")
        table.finish()
        return loaded

    def decoder(self) -> ScanDecoder:
        """A new decoder of this dialect."""
        if self.dialect == "hid_keyboard":
            return KeyboardDecoder(self.envelope)
        return LineDecoder(self.encoding, self.envelope)
