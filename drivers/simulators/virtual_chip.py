"""The virtual chip: a small card operating system with the data of one permit, at the wire below PC/SC.

Files, access rules, challenge, MAC check with error counter and lock, atomic update, tearing at any byte, ageing.
Content and the count of wrong MACs survive a loss of power; selection and challenge do not. It works with any permit
file. Invented for lack of a source [?]: the number of tries, and which of the documented status words a wrong or locked
MAC gives.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Literal

from drivers.permit_file.field_codec import FieldValue
from drivers.permit_file.permit_file import ChipFile, PermitFile, Place
from drivers.simulators import chip_keys
from drivers.simulators.chip_memory import ChipMemory, PowerLost
from drivers.simulators.residents import PermitData, Person

Protocol = Literal["t0", "t1"]

TRIES = 3
MAC_BYTES = 4
SILENCE = b""  # the result of `command` where a real chip is silent
READ_S = 0.008  # time that a command takes on a chip of this kind [?]
UPDATE_S = 0.025  # the same with an EEPROM write
SLOW = 20.0  # factor of the fault "slow"
HISTORICAL = b"QIANZHU-SIM"

FAULTS = ("silent", "dead", "wrong_mac", "locked", "memory_failure", "torn", "slow")


class VirtualChip:
    """One chip. `protocol` "t0" answers with 61xx and 6Cxx as T=0 chips do; "t1" gives whole answers."""

    fault_names = FAULTS

    def __init__(
        self,
        permit_file: PermitFile,
        fields: Mapping[str, FieldValue],
        keys: chip_keys.MasterKeys,
        *,
        protocol: Protocol = "t0",
        counts_tries: bool = False,
        challenges: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        """`fields`: the personalised content; `counts_tries`: a wrong MAC gives 63Cx instead of 6988."""
        self._permit = permit_file
        self._memory = ChipMemory(permit_file.encode_content(fields))
        self._key = chip_keys.chip_key(permit_file.mac, keys, bytes.fromhex(str(fields["chip_serial"])))
        self._protocol = protocol
        self._counts_tries = counts_tries
        self._challenges = challenges
        self._tries_left = TRIES
        self._commands_left: int | None = None
        self._tear_next: int | None = None
        self._faults: set[str] = set()
        self.before_command: Callable[[bytes], None] = _nothing
        """Called with every command before the chip gets it, for actions at the contacts."""
        self._powered = False
        self._challenge: bytes | None = None
        self._forget()

    @classmethod
    def from_permit(
        cls,
        permit: PermitData,
        holder: Person,
        permit_file: PermitFile,
        keys: chip_keys.MasterKeys,
        *,
        protocol: Protocol = "t0",
    ) -> VirtualChip:
        """The chip of an invented resident's permit."""
        fields: dict[str, FieldValue] = {
            "chip_serial": permit.chip_serial,
            "region": permit.region,
            "permit_number": permit.permit_number,
            "id_number": holder.number,
            "holder_name": holder.name,
            "sex": holder.sex,
            "ethnicity": holder.ethnicity or "00",
            "birth": holder.birth,
            "issued_on": permit.issued_on,
            "address": permit.address,
            "issuing_authority": permit.issuing_authority,
            "category": permit.category,
            "valid_from": permit.valid_from,
            "valid_to": permit.valid_to,
            "endorsement_count": permit.endorsement_count,
        }
        shown = {field.name: fields[field.name] for field in permit_file.fields}
        return cls(permit_file, shown, keys, protocol=protocol)

    # --- what the wire sees

    def atr(self) -> bytes:
        """Answer to reset; empty when the chip is dead, which a reader takes for an empty slot."""
        if "dead" in self._faults:
            return b""
        return answer_to_reset(HISTORICAL, self._protocol)

    def power_on(self) -> None:
        self._memory.power_up()
        self._forget()
        self._powered = True

    def power_off(self) -> None:
        self._forget()
        self._powered = False

    def processing_s(self, apdu: bytes) -> float:
        """Seconds that a chip of this kind takes for this command."""
        usual = UPDATE_S if apdu[1:2] in (b"\xd6", b"\xdc") else READ_S
        return usual * SLOW if "slow" in self._faults else usual

    def command(self, apdu: bytes) -> bytes:
        """The answer with its status word; empty where the chip stays silent."""
        self.before_command(apdu)
        if not self._powered or self._aged() or self._faults & {"silent", "dead"}:
            return SILENCE
        try:
            return self._answer(apdu)
        except PowerLost:
            self._powered = False
            self._forget()
            return SILENCE

    # --- actions and faults

    def set_fault(self, name: str) -> None:
        """silent · dead (no answer to reset) · wrong_mac (the right one is taken for wrong) · locked · memory_failure ·
        torn (power fails in the middle of the next update) · slow."""
        if name not in FAULTS:
            raise ValueError(f"no fault {name!r}; there are {', '.join(FAULTS)}")
        if name == "torn":
            self.tear_after(20)
        else:
            self._faults.add(name)

    def clear_faults(self) -> None:
        """End all faults. Written content and used tries stay."""
        self._faults.clear()
        self._tear_next = self._commands_left = None

    def tear_after(self, single_writes: int) -> None:
        """Let the power fail after so many single byte writes of the next update; n bytes need 2n + 2 of them."""
        self._tear_next = single_writes

    def age_after(self, commands: int) -> None:
        """Go silent for good after so many more commands."""
        self._commands_left = commands

    def personalise(self, fields: Mapping[str, FieldValue]) -> None:
        """Write all content again, as the issuing office does, and restore the used tries."""
        self._memory = ChipMemory(self._permit.encode_content(fields))
        self._tries_left = TRIES

    def leave_behind(self, place: Place, offset: int, raw: bytes) -> None:
        """Put bytes into the memory as another program may have left them there."""
        content = {key: bytearray(cells) for key, cells in self._memory.content().items()}
        content[place][offset : offset + len(raw)] = raw
        self._memory = ChipMemory({key: bytes(cells) for key, cells in content.items()})

    def memory_at(self, place: Place) -> bytes:
        """The bytes of a file or record, as the next power-up would find them."""
        return self._memory.content()[place]

    def written_fields(self) -> dict[str, FieldValue]:
        """The chip's decoded content, as the next power-up would find it."""
        return self._permit.decode(self._memory.content())

    def forget_challenge(self) -> None:
        """Drop the challenge, as another command in between would."""
        self._challenge = None

    @property
    def tries_left(self) -> int:
        """Wrong MACs until it locks for ever."""
        return self._tries_left

    # --- the card operating system

    def _forget(self) -> None:
        self._application_selected = False
        self._path: tuple[int, ...] = ()
        self._challenge = None
        self._pending = b""

    def _aged(self) -> bool:
        if self._commands_left is None:
            return False
        self._commands_left = max(-1, self._commands_left - 1)
        return self._commands_left < 0

    def _answer(self, apdu: bytes) -> bytes:
        if len(apdu) < 4:
            return _sw(0x6700)
        cla, ins = apdu[0], apdu[1]
        if ins == 0xC0 and cla == 0x00:
            return self._get_response(apdu)
        self._pending = b""
        challenge, self._challenge = self._challenge, None  # good for the very next command only
        if cla not in (0x00, 0x04):
            return _sw(0x6E00)
        if (cla, ins) == (0x04, 0xD6):
            return self._update_binary(apdu, challenge)
        if (cla, ins) == (0x04, 0xDC):
            return self._update_record(apdu, challenge)
        if ins in (0xD6, 0xDC):
            return _sw(0x6987)
        plain = {0xA4: self._select, 0x84: self._get_challenge, 0xB0: self._read_binary, 0xB2: self._read_record}
        if ins not in plain or cla != 0x00:
            return _sw(0x6D00 if ins not in plain else 0x6E00)
        return plain[ins](apdu)

    def _select(self, apdu: bytes) -> bytes:
        p1, p2, name = apdu[2], apdu[3], apdu[5 : 5 + apdu[4]] if len(apdu) > 5 else b""
        if p2 not in (0x00, 0x0C):
            return _sw(0x6A86)
        if p1 == 0x04:
            if name != self._permit.aid:
                return _sw(0x6A82)
            self._application_selected, self._path = True, ()
            return self._give(b"\x6f" + bytes((len(name) + 2,)) + b"\x84" + bytes((len(name),)) + name, apdu)
        if p1 != 0x00 or len(name) != 2 or not self._application_selected:
            return _sw(0x6A86 if p1 != 0x00 else 0x6A82)
        paths = {file.path for file in self._permit.files}
        directory = self._path[:-1] if self._path in paths else self._path
        path = (*directory, int.from_bytes(name, "big"))
        if not any(known[: len(path)] == path for known in paths):
            return _sw(0x6A82)
        self._path = path
        return _sw(0x9000)

    def _get_challenge(self, apdu: bytes) -> bytes:
        if len(apdu) != 5 or apdu[4] not in (4, 8):
            return _sw(0x6700)
        self._challenge = self._challenges(apdu[4])
        return self._challenge + _sw(0x9000)

    def _read_binary(self, apdu: bytes) -> bytes:
        file = self._by_sfi(apdu[2])
        if file is None or len(apdu) != 5:
            return _sw(0x6A82 if file is None else 0x6700)
        if apdu[3] >= file.length:
            return _sw(0x6B00)
        return self._give(self._memory.read((file.name, 0))[apdu[3] :], apdu)

    def _read_record(self, apdu: bytes) -> bytes:
        place = self._record(apdu)
        if place is None or len(apdu) != 5:
            return _sw(0x6A83 if place is None else 0x6700)
        value = self._memory.read(place)
        return self._give(bytes((place[1], len(value))) + value, apdu)

    def _update_binary(self, apdu: bytes, challenge: bytes | None) -> bytes:
        file = self._by_sfi(apdu[2])
        if file is None:
            return _sw(0x6A82)
        data = apdu[5:-MAC_BYTES]
        if not data or len(apdu) != 5 + apdu[4]:
            return _sw(0x6700)
        if apdu[3] + len(data) > file.length:
            return _sw(0x6B00)
        return self._protected(file, (file.name, 0), apdu[3], data, apdu, challenge)

    def _update_record(self, apdu: bytes, challenge: bytes | None) -> bytes:
        place = self._record(apdu)
        if place is None:
            return _sw(0x6A83)
        data = apdu[5:-MAC_BYTES]
        value = self._memory.read(place)
        if not data or len(apdu) != 5 + apdu[4] or len(data) != 2 + len(value):
            return _sw(0x6700)
        if data[:2] != bytes((place[1], len(value))):
            return _sw(0x6A80)
        return self._protected(self._permit.file(place[0]), place, 0, data[2:], apdu, challenge)

    def _protected(
        self,
        file: ChipFile,
        place: Place,
        offset: int,
        data: bytes,
        apdu: bytes,
        challenge: bytes | None,
    ) -> bytes:
        if file.update != "mac":
            return _sw(0x6982)
        if self._tries_left == 0 or "locked" in self._faults:
            return _sw(0x9303 if self._permit.mac == "sm4" else 0x6983)
        if challenge is None or len(challenge) != MAC_BYTES:
            return _sw(0x6984)
        expected = chip_keys.mac(self._permit.mac, self._key, challenge, apdu[:-MAC_BYTES])
        if "wrong_mac" in self._faults or not secrets.compare_digest(expected, apdu[-MAC_BYTES:]):
            self._tries_left -= 1
            return _sw(0x63C0 | self._tries_left if self._counts_tries else 0x6988)
        self._tries_left = TRIES
        if "memory_failure" in self._faults:
            return _sw(0x6581)
        self._memory.power_fails_after, self._tear_next = self._tear_next, None
        self._memory.update(place, offset, data)
        if self._memory.power_fails_after == 0:
            raise PowerLost  # everything was written, only the answer is lost
        self._memory.power_fails_after = None
        return _sw(0x9000)

    def _by_sfi(self, p1: int) -> ChipFile | None:
        if not self._application_selected or not p1 & 0x80:
            return None
        return next((f for f in self._permit.files if f.structure == "transparent" and f.sfi == p1 & 0x1F), None)

    def _record(self, apdu: bytes) -> Place | None:
        if not self._application_selected or apdu[3] != 0x04:
            return None
        for file in self._permit.files:
            if file.structure == "records" and file.path == self._path and (file.name, apdu[2]) in self._memory:
                return file.name, apdu[2]
        return None

    def _give(self, data: bytes, apdu: bytes) -> bytes:
        """Answer with data by the protocol: T=0 has no Le at a SELECT with data, and demands the exact Le elsewhere."""
        asked = None if len(apdu) != 5 else apdu[4] or 256
        if self._protocol == "t1":
            return data[:asked] + _sw(0x9000)
        if asked is None:
            self._pending = data
            return _sw(0x6100 | len(data) & 0xFF)
        if asked > len(data):
            return _sw(0x6C00 | len(data) & 0xFF)
        return data[:asked] + _sw(0x9000)

    def _get_response(self, apdu: bytes) -> bytes:
        pending = self._pending
        if not pending or len(apdu) != 5:
            return _sw(0x6985 if not pending else 0x6700)
        asked = apdu[4] or 256
        if asked > len(pending):
            return _sw(0x6C00 | len(pending) & 0xFF)
        self._pending = pending[asked:]
        more = len(self._pending)
        return pending[:asked] + _sw(0x6100 | more & 0xFF if more else 0x9000)


def answer_to_reset(historical: bytes, protocol: Protocol) -> bytes:
    """An ATR in direct convention that offers one protocol (ISO 7816-3): T=0 without TD1, T=1 with TD1 = 01 and TCK."""
    if protocol == "t0":
        return bytes((0x3B, 0x60 | len(historical), 0x00, 0x00)) + historical
    body = bytes((0xE0 | len(historical), 0x00, 0x00, 0x01)) + historical
    check = 0
    for byte in body:
        check ^= byte
    return b"\x3b" + body + bytes((check,))


def _nothing(_: bytes) -> None:
    """Do nothing at the contacts."""


def _sw(status: int) -> bytes:
    return status.to_bytes(2, "big")
