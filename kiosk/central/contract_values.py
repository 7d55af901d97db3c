"""The types of single values in the contract, each with a length, a range or a pattern, as in the OpenAPI document.

A value outside these limits is refused where it comes in, so that all accepted values can be stored, added and read
back. Numbers are JSON numbers, never texts; times and days are texts of one form (RFC 3339).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    WithJsonSchema,
)
from pydantic.config import JsonDict

from kiosk.domain import identity_number, text_kinds

LARGEST_NUMBER = 2**53 - 1  # the largest that every JSON reader keeps exact (RFC 8259, section 6)
LARGEST_BATCH = 2**31 - 1  # the largest value of an SQL INTEGER
LONGEST_COMMAND = 261  # CLA INS P1 P2 Lc, 255 bytes, Le (ISO/IEC 7816-3, short APDU)
LONGEST_ANSWER = 256
MOST_COMMANDS = 64  # of one batch
MOST_KEYS = 32  # of declarations, proofs, devices, versions

LINE = text_kinds.line(0).pattern  # a half character (a surrogate) has no place in UTF-8 and matches nothing

# A machine whose clock has no battery says 1970. After 8999 an offset would lead out of the calendar.
_MOMENT = (
    r"(19[7-9][0-9]|[2-8][0-9]{3})-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DAY = r"(19[0-9]{2}|[2-8][0-9]{3})-[0-9]{2}-[0-9]{2}"


def _written(kind: type[date], pattern: str, first_year: int) -> Callable[[Any], Any]:
    whole = re.compile(pattern, re.ASCII)

    def checked(value: Any) -> Any:
        """A text of that form, or Python's own value in the same range."""
        if isinstance(value, str) and whole.fullmatch(value):
            return value
        if type(value) is kind and first_year <= value.year < 9000:
            return value
        raise ValueError(f"must match {pattern}")

    return checked


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_written(datetime, _MOMENT, 1970)),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": f"^{_MOMENT}$"}),
]
Day = Annotated[
    date,
    BeforeValidator(_written(date, _DAY, 1900)),
    WithJsonSchema({"type": "string", "format": "date", "pattern": f"^{_DAY}$"}),
]


WITH_BLANKS = 32
"""The longest number as it is sent: padded columns of a database have blanks at their ends."""
_BLANKS = r"[ \u3000]*"
_IN_LINE = LINE.removeprefix("^").removesuffix("*$")  # one character of a line
# Control characters are in no line; the rest of what Unicode calls white space is.
_SEEN = rf"{_IN_LINE.removesuffix(']')} \u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]"


def _canonical(least: int) -> Callable[[object], object]:
    """Makes a number canonical. Values that the document does not allow are left for pydantic to refuse.

    A number that would become too long (a German ß becomes two letters) is left as it is; no person has such a number.
    """
    allowed = re.compile(f"{_BLANKS}({_IN_LINE}{{{least},18}}){_BLANKS}")

    def canonical(value: object) -> object:
        if not isinstance(value, str) or len(value) > WITH_BLANKS or (found := allowed.fullmatch(value)) is None:
            return value
        made = identity_number.canonical_number(found[1])
        return made if least <= len(made) <= len(found[1]) else found[1]

    return canonical


def _with_blanks(least: int) -> JsonDict:
    """The part of the schema that pydantic leaves out because a validator runs first."""
    return {
        "pattern": f"^{_BLANKS}{_IN_LINE}{{{least},18}}{_BLANKS}$",
        "maxLength": WITH_BLANKS,
        "description": f"{least} to 18 characters, and blanks at its ends, which are read as if they were not there.",
    }


def _whole(value: Any) -> Any:
    """`value` as an int where it is a whole float: to JSON Schema 3.0 is an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Flag = StrictBool
Number = Annotated[StrictInt, Field(ge=0, le=LARGEST_NUMBER), BeforeValidator(_whole)]
EndorsementCount = Annotated[StrictInt, Field(ge=0, le=65535), BeforeValidator(_whole)]
BatchNumber = Annotated[StrictInt, Field(ge=1, le=LARGEST_BATCH), BeforeValidator(_whole)]
CommandIndex = Annotated[StrictInt, Field(ge=0, le=MOST_COMMANDS - 1), BeforeValidator(_whole)]
Seconds = Annotated[StrictFloat, Field(ge=0, le=86400, allow_inf_nan=False)]

Key = Annotated[str, Field(pattern=text_kinds.CODE.pattern)]  # a key of the region file
Code = Annotated[str, Field(pattern=text_kinds.CODE.pattern)]  # a stable code: of a refusal, a fault, a failure
FaultCode = Annotated[str, Field(pattern=r"^[0-9a-z_]{1,64}$")]  # of domain/faults.py; "ok" where there is none
StateName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{0,63}$")]

Hex = Annotated[str, Field(pattern=r"^([0-9A-F]{2})*$", max_length=2 * LONGEST_COMMAND)]
SerialHex = Annotated[str, Field(pattern=r"^([0-9A-F]{2})*$", max_length=64)]
AtrHex = Annotated[str, Field(pattern=r"^([0-9A-F]{2})*$", max_length=66)]  # 33 bytes (ISO/IEC 7816-3, section 8.2)
ApduHex = Annotated[str, Field(pattern=r"^([0-9A-F]{2})*$", min_length=8, max_length=2 * LONGEST_COMMAND)]
AnswerHex = Annotated[str, Field(pattern=r"^([0-9A-F]{2})*$", max_length=2 * LONGEST_ANSWER)]
StatusWord = Annotated[str, Field(pattern=r"^[0-9A-F]{4}$")]

PersonName = Annotated[str, Field(pattern=text_kinds.PERSON_NAME.pattern, max_length=text_kinds.PERSON_NAME.longest)]
# Both sides convert every number to its canonical form, from small x, full width and blanks at the ends.
IdentityNumber = Annotated[
    identity_number.IdentityNumber,
    BeforeValidator(_canonical(15)),
    Field(pattern=LINE, min_length=15, max_length=18, json_schema_extra=_with_blanks(15)),
]
NumberOfHolder = Annotated[  # as on a chip, so it may be invalid
    identity_number.IdentityNumber,
    BeforeValidator(_canonical(0)),
    Field(pattern=LINE, max_length=18, json_schema_extra=_with_blanks(0)),
]
PermitNumber = Annotated[
    identity_number.PermitNumber,
    BeforeValidator(_canonical(0)),
    Field(pattern=LINE, max_length=18, json_schema_extra=_with_blanks(0)),
]
PermitFileName = Annotated[str, Field(pattern=LINE, min_length=1, max_length=40)]
AreaCode = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
Address = Annotated[str, Field(pattern=text_kinds.ADDRESS.pattern, max_length=text_kinds.ADDRESS.longest)]
Authority = Annotated[str, Field(pattern=text_kinds.AUTHORITY.pattern, max_length=text_kinds.AUTHORITY.longest)]
CategoryText = Annotated[str, Field(pattern=text_kinds.CATEGORY.pattern, max_length=text_kinds.CATEGORY.longest)]
LicenceCode = Annotated[  # case counts: its issuer defines the content
    str, Field(pattern=f"^{_IN_LINE}*{_SEEN}{_IN_LINE}*$", max_length=200), AfterValidator(str.strip)
]
Telephone = Annotated[str, Field(pattern=r"^[0-9]{5,15}$")]
AttendantNumber = Annotated[str, Field(pattern=r"^[0-9]{2}$")]
Station = Annotated[str, Field(pattern=text_kinds.STATION.pattern, max_length=text_kinds.STATION.longest)]
VersionText = Annotated[str, Field(pattern=LINE, max_length=64)]
ReviewNumber = Annotated[str, Field(pattern=text_kinds.QUOTED_NUMBER.pattern)]

# Bounded in the document alone; see `contract.Problem`.
ProblemText = Annotated[str, WithJsonSchema({"type": "string", "pattern": LINE, "maxLength": 200})]
ProblemStatus = Annotated[int, WithJsonSchema({"type": "integer", "minimum": 400, "maximum": 599})]
ProblemCode = Annotated[str, WithJsonSchema({"type": "string", "pattern": text_kinds.CODE.pattern})]

Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$", max_length=8192)]  # RFC 4648, section 4, padded
SignatureBase64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$", max_length=128)]
KeyId = Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,64}$")]
JournalHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
