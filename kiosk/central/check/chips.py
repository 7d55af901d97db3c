"""The test permit's chip: simulated in this process, or a real one on a reader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from drivers.errors import CommandNotAllowed, DriverError, LinkTimeout
from drivers.permit_chip.chip import PermitChip
from drivers.permit_chip.records import RelayCommand
from drivers.permit_file.permit_file import ChipContentCorrupt, PermitFile
from drivers.simulators.chip_keys import load_test_keys
from drivers.simulators.virtual_chip import VirtualChip
from drivers.transport.base import ApduAnswer, Coupler
from drivers.transport.urls import open_coupler
from kiosk.central import contract
from kiosk.central.check.data_file import EndorsementCase
from kiosk.central.check.findings import Deviation
from kiosk.domain.devices import PERMIT_CHIP

CONNECT_S = 10.0
_LOST = (DriverError, ChipContentCorrupt)


class DataDoesNotFit(Exception):
    """The content of a test permit does not fit a chip of its permit file."""


class CheckedChip:
    """The chip, used through the kiosk's own driver and relay. Raises `Deviation` where it does not answer as a
    permit's chip does. That is not central's fault, but nothing further can be tried.
    """

    def __init__(self, coupler: Coupler, permit_files: Sequence[PermitFile]) -> None:
        self._chip = PermitChip(coupler, permit_files)
        self._coupler = coupler

    def begin(self) -> contract.ChipSessionRequest:
        """Power the chip and identify it."""
        try:
            self._chip.open(CONNECT_S)
            serial, atr = self._chip.read_serial_and_atr()
        except _LOST as error:
            raise Deviation(f"the test permit's chip does not answer: {type(error).__name__}") from None
        return contract.ChipSessionRequest(atr=atr.hex().upper(), chip_serial=serial)

    def relay(self, batch: contract.ChipBatch) -> tuple[contract.ChipAnswer, ...]:
        """The chip's answers to a batch, if the relay lets it through."""
        commands = [
            RelayCommand(bytes.fromhex(each.apdu), tuple(int(word, 16) for word in each.expect))
            for each in batch.commands
        ]
        try:
            answers = self._chip.relay(commands)
        except CommandNotAllowed as error:
            raise Deviation(f"batch {batch.number} is refused by the kiosk's relay: {error}") from None
        except _LOST as error:
            raise Deviation(f"the test permit's chip was lost: {type(error).__name__}") from None
        return tuple(contract.ChipAnswer(data=each.data.hex().upper(), sw=f"{each.sw:04X}") for each in answers)

    def content(self) -> contract.PermitContent:
        """The chip's present content, read again."""
        try:
            self._chip.open(CONNECT_S)
            fields = self._chip.read().fields
        except _LOST as error:
            raise Deviation(f"the chip cannot be read after the write: {type(error).__name__}") from None
        return contract.PermitContent.model_validate(
            {name: fields[name] for name in contract.PermitContent.model_fields}
        )

    def close(self) -> None:
        """Release the chip."""
        self._chip.close()
        self._coupler.close()


def simulated_chip(case: EndorsementCase, permit_files: Sequence[PermitFile], keys: Path) -> CheckedChip:
    """The chip of this case's permit. Raises `DeviceFileError` for unusable keys, and `DataDoesNotFit`."""
    return CheckedChip(_InProcess(virtual_chip(case, permit_files, keys)), permit_files)


def virtual_chip(case: EndorsementCase, permit_files: Sequence[PermitFile], keys: Path) -> VirtualChip:
    """The same chip alone, for a virtual reader."""
    permit = case.permit
    layout = next((each for each in permit_files if each.name == permit.permit_file), None)
    if layout is None:
        raise DataDoesNotFit(f"endorsement.permit.permit_file: there is no permit file {permit.permit_file!r}")
    values = {
        "chip_serial": permit.chip_serial,
        "region": permit.region,
        "permit_number": permit.permit_number,
        "id_number": permit.holder_number,
        "holder_name": permit.holder_name,
        "issued_on": permit.issued_on,
        **case.rest_of_chip.model_dump(),
        **permit.content.model_dump(),
    }
    unknown = [field.name for field in layout.fields if field.name not in values]
    if unknown:
        raise DataDoesNotFit(f"a chip of the permit file {layout.name} holds what is not known here: {unknown[0]}")
    master = load_test_keys(keys)
    try:
        return VirtualChip(layout, {field.name: values[field.name] for field in layout.fields}, master)
    except ValueError:
        raise DataDoesNotFit(f"endorsement: this content does not fit the permit file {layout.name}") from None


def chip_at_reader(url: str, permit_files: Sequence[PermitFile]) -> CheckedChip:
    """The chip on a reader, `pcsc://READER NAME`, also a virtual one (vpcd). Raises `UrlError`, `LinkLost`."""
    return CheckedChip(open_coupler(url), permit_files)


class _InProcess:
    """A coupler whose chip is in this process; implements `Coupler` and `ConnectedChip`."""

    def __init__(self, chip: VirtualChip) -> None:
        self._chip = chip

    @property
    def atr(self) -> bytes:
        return self._chip.atr()

    def connect(self, timeout_s: float) -> _InProcess:
        self._chip.power_on()
        return self

    def look(self) -> None:
        """Do nothing: the coupler always exists."""

    def transmit(self, apdu: bytes) -> ApduAnswer:
        answer = self._chip.command(apdu)
        if not answer:
            raise LinkTimeout("the simulated chip is silent", device=PERMIT_CHIP.name)
        return ApduAnswer(answer[:-2], int.from_bytes(answer[-2:], "big"))

    def close(self) -> None:
        self._chip.power_off()
