"""Values between the permit chip's driver and its users: the content that was read, and commands to relay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.permit_file.field_codec import FieldValue


@dataclass(frozen=True, slots=True)
class ChipRecord:
    """Everything a permit's chip holds, decoded by its permit file.

    `fields`: by the permit file's names. Every permit file has: chip_serial (upper-case hex, str), region (str of
    digits), permit_number, id_number, holder_name, issued_on (date or None), address, issuing_authority, category,
    valid_from, valid_to (date or None), endorsement_count (int). Personal: not shown.
    """

    permit_file: str
    atr: bytes
    fields: Mapping[str, FieldValue] = field(repr=False)

    @property
    def chip_serial(self) -> str:
        """Upper-case hex of the chip's serial number."""
        return str(self.fields["chip_serial"])


@dataclass(frozen=True, slots=True)
class RelayCommand:
    """One command that central composed: `apdu`, and the status words it expects (61xx and 6Cxx are handled below)."""

    apdu: bytes = field(repr=False)
    expect: tuple[int, ...] = (0x9000,)
