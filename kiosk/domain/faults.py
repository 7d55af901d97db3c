"""The fault catalogue: everything that a person must act on, with its code, its text for residents and its remedy.

A code has four digits: device (1 identity reader, 2 permit unit, 3 permit chip and its coupler, 4 receipt printer, 5
central, 6 kiosk, 7 code scanner, 8 guidance lights), who acts (1 link, 2 protocol, 3 site staff clears, 4 an engineer
repairs, 5 configuration), and a number. The public text is in assets/locale under `fault.<public>.public`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """What a fault means for the kiosk as a whole (XFS4IoT: device status *hardware error* or *user error*)."""

    VISIT = "visit"  # this visit ends; the next one may go well
    DEGRADED = "degraded"  # visits go on with less (no paper: code on the screen only)
    OUT_OF_SERVICE = "out_of_service"  # no permit may be taken in until somebody acts


class Part(Enum):
    """The part of the machine that a fault belongs to: the first digit of its code."""

    ID_READER = "1"
    PERMIT_UNIT = "2"
    PERMIT_CHIP = "3"
    RECEIPT_PRINTER = "4"
    CENTRAL = "5"
    KIOSK = "6"
    CODE_SCANNER = "7"
    GUIDANCE_LIGHTS = "8"


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry of the catalogue."""

    code: str
    name: str
    severity: Severity
    public: str
    remedy: str

    @property
    def part(self) -> Part:
        return Part(self.code[0])


ACTORS = {
    "1": "the line",
    "2": "the protocol",
    "3": "site staff clear it",
    "4": "an engineer repairs it",
    "5": "the configuration",
}
"""Who acts, by the second digit of a code."""

CATALOGUE: dict[str, Fault] = {}


def _fault(code: str, name: str, severity: Severity, public: str, remedy: str) -> Fault:
    fault = Fault(code, name, severity, public, remedy)
    if code in CATALOGUE:
        raise ValueError(f"two faults have the code {code}")
    CATALOGUE[code] = fault
    return fault


ID_READER_LINK = _fault(
    "1101",
    "id_reader_link",
    Severity.OUT_OF_SERVICE,
    "id_reader",
    "No answer from the identity reader. Check its cable and power, then `python -m drivers id-reader status`.",
)
ID_READER_PROTOCOL = _fault(
    "1201",
    "id_reader_protocol",
    Severity.VISIT,
    "id_reader",
    "The identity reader's answers are corrupt. Check the cable and the speed; replace the reader if it recurs.",
)
ID_READER_REPAIR = _fault(
    "1401",
    "id_reader_repair",
    Severity.OUT_OF_SERVICE,
    "id_reader",
    "The identity reader's security module failed its self-test. Replace the reader.",
)
PERMIT_UNIT_LINK = _fault(
    "2101",
    "permit_unit_link",
    Severity.OUT_OF_SERVICE,
    "permit_unit",
    "No answer from the permit unit. Check its cable and power; look whether a permit is inside.",
)
PERMIT_UNIT_PROTOCOL = _fault(
    "2201",
    "permit_unit_protocol",
    Severity.VISIT,
    "permit_unit",
    "The permit unit's answers are corrupt or refused. Check cable and speed; read its counters.",
)
PERMIT_JAMMED = _fault(
    "2301",
    "permit_jammed",
    Severity.OUT_OF_SERVICE,
    "permit_unit_jam",
    "A permit is stuck. Open the cover, take the permit out by hand, keep it for its holder, close the cover.",
)
UNIT_COVER_OPEN = _fault(
    "2302",
    "unit_cover_open",
    Severity.OUT_OF_SERVICE,
    "cover_open",
    "The permit unit's cover is open. Look for a permit inside, then close it.",
)
BIN_FULL = _fault(
    "2303",
    "bin_full",
    Severity.OUT_OF_SERVICE,
    "permit_unit",
    "The retain bin is full. Empty it and list the permits found.",
)
PERMIT_HELD_INSIDE = _fault(
    "2304",
    "permit_held_inside",
    Severity.OUT_OF_SERVICE,
    "permit_unit_jam",
    "A permit is inside and this unit could not give it back or put it into a bin. Take it out and keep it for "
    "its holder.",
)
PERMIT_UNACCOUNTED = _fault(
    "2305",
    "permit_unaccounted",
    Severity.DEGRADED,
    "permit_unit",
    "A permit was to go into the bin, and the unit did not say that it went in. `python -m kiosk retained` has its "
    "number with a question mark. Look into the bin, then say what you saw: `--found NUMBER` or `--not-found NUMBER`.",
)
PERMIT_UNIT_REPAIR = _fault(
    "2401",
    "permit_unit_repair",
    Severity.OUT_OF_SERVICE,
    "permit_unit",
    "The permit unit reports a motor, head or memory fault. Call an engineer with the status in the journal.",
)
PERMIT_UNIT_SILENT = _fault(
    "2402",
    "permit_unit_silent",
    Severity.OUT_OF_SERVICE,
    "permit_unit",
    "The permit unit did not finish a movement in time. Look where the permit is, then initialise the unit.",
)
COUPLER_LINK = _fault(
    "3101",
    "coupler_link",
    Severity.OUT_OF_SERVICE,
    "permit_chip",
    "The chip coupler or pcscd does not answer. `systemctl status pcscd`; check the coupler's cable.",
)
COUPLER_SILENT = _fault(
    "3102",
    "coupler_silent",
    Severity.OUT_OF_SERVICE,
    "permit_chip",
    "pcscd, or the chip coupler below it, takes requests and answers none. The kiosk asks for a restart of pcscd. "
    "If it stays so, `systemctl kill -s KILL pcscd`; if it recurs, check the cable, then replace the coupler.",
)
CHIP_SILENT = _fault(
    "3201",
    "chip_silent",
    Severity.VISIT,
    "permit_chip",
    "The chip of one permit stopped answering. If it recurs with several permits, clean or replace the contacts.",
)
CHIP_REFUSED = _fault(
    "3202",
    "chip_refused",
    Severity.VISIT,
    "permit_chip",
    "The chip of one permit refused a command. The journal has the status word; central has the session.",
)
RELAY_REFUSED = _fault(
    "3501",
    "relay_refused",
    Severity.VISIT,
    "central",
    "Central asked for a chip command outside the permit file, and the kiosk did not send it. Tell "
    "central's operator at once.",
)
PRINTER_LINK = _fault(
    "4101",
    "receipt_printer_link",
    Severity.DEGRADED,
    "receipt_printer",
    "No answer from the receipt printer. Check its cable and power.",
)
PRINTER_PROTOCOL = _fault(
    "4201",
    "receipt_printer_protocol",
    Severity.DEGRADED,
    "receipt_printer",
    "The receipt printer's answers make no sense. Check its device file and its interface settings.",
)
PAPER_OUT = _fault(
    "4301",
    "paper_out",
    Severity.DEGRADED,
    "paper_out",
    "The receipt printer has no paper. Put in a new roll and tear off the first print.",
)
PRINTER_COVER_OPEN = _fault(
    "4302",
    "receipt_printer_cover_open",
    Severity.DEGRADED,
    "receipt_printer",
    "The receipt printer's cover is open. Close it.",
)
PRINTER_REPAIR = _fault(
    "4401",
    "receipt_printer_repair",
    Severity.DEGRADED,
    "receipt_printer",
    "The receipt printer reports a cutter or head error. Call an engineer.",
)
CENTRAL_UNREACHABLE = _fault(
    "5101",
    "central_unreachable",
    Severity.VISIT,
    "central",
    "Central does not answer. Check the network, the certificate's dates and the clock.",
)
MESSAGES_WAITING = _fault(
    "5102",
    "messages_waiting",
    Severity.DEGRADED,
    "central",
    "A message to central has waited for a day, or for an hour while central took others. Check the network, the "
    "certificate, and in the log how central answers. Nothing is lost while the kiosk keeps its disk.",
)
CENTRAL_GARBAGE = _fault(
    "5201",
    "central_garbage",
    Severity.VISIT,
    "central",
    "Central's answer does not follow the contract. Compare versions with central's operator.",
)
GRANT_REJECTED = _fault(
    "5202",
    "grant_rejected",
    Severity.VISIT,
    "central",
    "A grant had a bad signature, was expired, or was for another permit; nothing was written. Check keys and clock.",
)
CERTIFICATE_ENDS = _fault(
    "5501",
    "certificate_ends",
    Severity.DEGRADED,
    "central",
    "A certificate of the line to central ends within 30 days, or has ended; `certificate_ends` in the log says whose. "
    "Central's operator must issue a new one for the kiosk, or renew their own. Without it nothing is endorsed.",
)
KIOSK_NOT_ACCEPTED = _fault(
    "5502",
    "kiosk_not_accepted",
    Severity.OUT_OF_SERVICE,
    "central",
    "Central rejects this kiosk: its certificate has ended, is not accepted or is revoked, or central does not know "
    "the kiosk; `central_trouble` in the log says which. Have central's operator issue a new certificate or register "
    "the kiosk. Put new files in the place of the old ones; no restart is needed.",
)
WORKER_DIED = _fault(
    "6201",
    "worker_died",
    Severity.OUT_OF_SERVICE,
    "kiosk",
    "Part of the program stopped. It is restarted by systemd; send the support bundle if it recurs.",
)
DISK_FULL = _fault(
    "6301",
    "disk_full",
    Severity.OUT_OF_SERVICE,
    "kiosk",
    "The journal cannot be written. Free space under the state directory. If there is space, the log has the disk's "
    "error (`journal_failed`).",
)
JOURNAL_HELD = _fault(
    "6302",
    "journal_held",
    Severity.OUT_OF_SERVICE,
    "kiosk",
    "Another program holds the journal (a copy, a backup, an open sqlite3). Find it with `fuser -v` on journal.db in "
    "the state directory and let it end; the kiosk opens again by itself.",
)
CLOSED_CLEANING = _fault(
    "6311",
    "closed_cleaning",
    Severity.OUT_OF_SERVICE,
    "closed_cleaning",
    "Somebody closed the machine to clean it. When it is clean, open it: service mode, *Service state*; or `python -m "
    "kiosk service-state --resume`.",
)
CLOSED_MAINTENANCE = _fault(
    "6312",
    "closed_maintenance",
    Severity.OUT_OF_SERVICE,
    "closed_maintenance",
    "Somebody closed the machine to work at it, or the file that says so is spoilt. When nobody works at it, open it: "
    "service mode, *Service state*; or `python -m kiosk service-state --resume`.",
)
CLOSED_PAPER = _fault(
    "6313",
    "closed_paper",
    Severity.OUT_OF_SERVICE,
    "closed_paper",
    "Somebody closed the machine to load paper. When the roll is in, open it: service mode, *Service state*; or "
    "`python -m kiosk service-state --resume`.",
)
CLOSED_MOVING = _fault(
    "6314",
    "closed_moving",
    Severity.OUT_OF_SERVICE,
    "closed_moving",
    "Somebody closed the machine to move it. When it stands and is connected, open it: service mode, *Service state*; "
    "or `python -m kiosk service-state --resume`.",
)
RECOVERY_STUCK = _fault(
    "6202",
    "recovery_stuck",
    Severity.OUT_OF_SERVICE,
    "kiosk",
    "After the start the permit unit did not say whether its path is empty. Look inside, then restart.",
)
WORKER_HANGS = _fault(
    "6203",
    "worker_hangs",
    Severity.OUT_OF_SERVICE,
    "kiosk",
    "Part of the program waits for something that does not answer; the log names it and since when. systemd restarts "
    "the program. If it recurs, check that device's cable and power, and pcscd, and send the support bundle.",
)
JOURNAL_BROKEN = _fault(
    "6401",
    "journal_broken",
    Severity.OUT_OF_SERVICE,
    "kiosk",
    "The journal was changed, or part of it is missing (`python -m kiosk journal verify`). Find out who did it, and "
    "keep the file. Then central's operator accepts it, and `python -m kiosk journal accept` does so here.",
)
JOURNAL_MOVED = _fault(
    "6402",
    "journal_moved",
    Severity.OUT_OF_SERVICE,
    "kiosk",
    "The journal's file was deleted or replaced while the kiosk was running. The log (`journal_moved`) names the copy "
    "that the kiosk made. Find out who did it. Stop the kiosk, `python -m kiosk journal restore` that copy, and start "
    "the kiosk again.",
)
CLOCK_WRONG = _fault(
    "6501",
    "clock_wrong",
    Severity.OUT_OF_SERVICE,
    "kiosk",
    "The clock is wrong or too far from central's. Check time synchronisation.",
)
REGION_FILE = _fault(
    "6502",
    "region_file",
    Severity.OUT_OF_SERVICE,
    "kiosk",
    "The region file cannot be used. `python -m kiosk diagnose` says why.",
)
CONFIGURATION = _fault(
    "6503",
    "configuration",
    Severity.OUT_OF_SERVICE,
    "kiosk",
    "The configuration, or a file that it names, cannot be used. Correct the mistakes that `python -m kiosk diagnose` "
    "lists.",
)
INSTALLATION = _fault(
    "6504",
    "installation",
    Severity.OUT_OF_SERVICE,
    "kiosk",
    "Fonts or texts of the program are missing or damaged: install it again (systemd/README.md, step 2). Or the "
    "journal was written by a later version, and the log says so: install that one.",
)
STATE_DIRECTORY = _fault(
    "6506",
    "state_directory",
    Severity.OUT_OF_SERVICE,
    "kiosk",
    "The kiosk's user cannot write to its state directory, or to the journal there. Look at the log, then at owner, "
    "rights and mount (`ls -la`, `findmnt -T`); `chown` files of another user. No restart is needed.",
)
FACE_UNPRINTABLE = _fault(
    "6505",
    "face_unprintable",
    Severity.VISIT,
    "face_unprintable",
    "The text of one permit cannot be printed on its face: no font has one of its characters, or it is too long. Its "
    "chip is endorsed; have the face made at the counter. If it recurs with a common character, build the fonts anew "
    "(systemd/README.md, step 2).",
)
DISPLAY_SIZE = _fault(
    "6507",
    "display_size",
    Severity.DEGRADED,
    "kiosk",
    "The display has another size than the screen file says, so texts and buttons are too large or too small. Name the "
    "screen file of this display under `files.screen`, or write one for it.",
)
CODE_SCANNER_LINK = _fault(
    "7101",
    "code_scanner_link",
    Severity.DEGRADED,
    "code_scanner",
    "The code scanner is not connected, or another program uses it. Check its cable, then `python -m drivers "
    "code-scanner read`.",
)
CODE_SCANNER_PROTOCOL = _fault(
    "7201",
    "code_scanner_protocol",
    Severity.DEGRADED,
    "code_scanner",
    "The code scanner sends damaged data. Compare its ending, encoding and prefix with its device file, then check its "
    "cable.",
)
GUIDANCE_LIGHTS_LINK = _fault(
    "8101",
    "guidance_lights_link",
    Severity.DEGRADED,
    "kiosk",
    "The board of the guidance lights does not answer, or another program uses its line. Visits go on without lights. "
    "Check its cable, power, speed and unit address, then `python -m drivers guidance-lights walk`.",
)
GUIDANCE_LIGHTS_PROTOCOL = _fault(
    "8201",
    "guidance_lights_protocol",
    Severity.DEGRADED,
    "kiosk",
    "The guidance lights' answers are damaged, or the board refuses an output, which the log names. Compare its device "
    "file with the board's outputs, and its line settings with those of other devices on the same wires.",
)
