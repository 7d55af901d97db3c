"""GB 18030 by the table of its 2022 edition, and the meaning of the private-use characters of earlier editions.

Python's codec has the table of the edition of 2000. Later editions gave code points of their own to characters that had
stood in Unicode's private use area: GB 18030-2005 to one (ḿ), GB 18030-2022 to 18 (ten vertical marks of punctuation,
eight components). Each two-byte code went to the new code point, and the four-byte code that the new code point had had
went to the private-use one, so both tables name every code point once and what is encoded is decoded to itself.

Six further components (FE51, FE52, FE53, FE6C, FE76, FE91) were coded twice in the editions before; that of 2022 keeps
only their four-byte codes, in plane 2. Their two-byte codes still decode to private use.

Sources: GB 18030-2022, annex D; GB 18030-2005, annexes A and E; Unicode L2/22-274 on the changes of GB 18030-2022; the
table was compared with that of glibc 2.39 (iconvdata, GB18030).
"""

from __future__ import annotations

import codecs
from types import MappingProxyType

ENCODING = "gb18030"

_VERTICAL_MARKS = {  # A6D9…A6DF, A6EC, A6ED, A6F3
    0xE78D: 0xFE10,
    0xE78E: 0xFE12,
    0xE78F: 0xFE11,
    0xE790: 0xFE13,
    0xE791: 0xFE14,
    0xE792: 0xFE15,
    0xE793: 0xFE16,
    0xE794: 0xFE17,
    0xE795: 0xFE18,
    0xE796: 0xFE19,
}
_COMPONENTS = {  # FE59, FE61, FE66, FE67, FE6D, FE7E, FE90, FEA0
    0xE81E: 0x9FB4,
    0xE826: 0x9FB5,
    0xE82B: 0x9FB6,
    0xE82C: 0x9FB7,
    0xE832: 0x9FB8,
    0xE843: 0x9FB9,
    0xE854: 0x9FBA,
    0xE864: 0x9FBB,
}
_CODED_TWICE = {  # FE51, FE52, FE53, FE6C, FE76, FE91
    0xE816: 0x20087,
    0xE817: 0x20089,
    0xE818: 0x200CC,
    0xE831: 0x215D7,
    0xE83B: 0x2298F,
    0xE855: 0x241FE,
}
_SINCE_2005 = {0xE7C7: 0x1E3F}  # A8BC


def _moved_before(private: int, code: int, count: int) -> dict[int, int]:
    """The code points of the edition of 2000 for `count` private-use ones from `private` on, in the order of their
    two-byte codes from `code` on, without those that it left in private use.
    """
    codes = [number for number in range(code, code + count + 1) if number & 0xFF != 0x7F][:count]
    now = [ord(number.to_bytes(2, "big").decode(ENCODING)) for number in codes]
    return {private + at: later for at, later in enumerate(now) if later != private + at}


# The edition of 2000 had already moved these out of private use; files and chips of the time of GBK still have them.
_OF_GBK = {
    **_moved_before(0xE76C, 0xA2E3, 1),
    **_moved_before(0xE7C8, 0xA8BF, 1),
    **_moved_before(0xE7E7, 0xA989, 13),
    **_moved_before(0xE815, 0xFE50, 80),
}
_SWAPPED = {**_VERTICAL_MARKS, **_COMPONENTS, **_SINCE_2005}
_SWAP = {**_SWAPPED, **{later: before for before, later in _SWAPPED.items()}}

LATER = MappingProxyType({**_OF_GBK, **_CODED_TWICE, **_SWAPPED})
"""Private-use code points that GBK or an edition of GB 18030 gave to a character → the present code point."""


def encode(text: str) -> bytes:
    """`text` by the 2022 table. Raises UnicodeEncodeError for lone surrogates, the only ones without a code."""
    return text.translate(_SWAP).encode(ENCODING)


def decode(raw: bytes) -> str:
    """The text in `raw` by the 2022 table. Raises UnicodeDecodeError."""
    return raw.decode(ENCODING).translate(_SWAP)


def encode_as(text: str, encoding: str) -> bytes:
    """`text` in one of the encodings that device files name: GB 18030 by the 2022 table, others by Python's codecs."""
    return encode(text) if encoding == ENCODING else text.encode(encoding)


def decode_as(raw: bytes, encoding: str) -> str:
    """The text in `raw`, in one of the encodings that device files name."""
    return decode(raw) if encoding == ENCODING else raw.decode(encoding)


class PortionDecoder:
    """Decodes bytes in any portions, and returns complete characters. Invalid bytes become U+FFFD."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._swap = _SWAP if encoding == ENCODING else {}

    def decode(self, portion: bytes) -> str:
        """The characters that `portion` completes."""
        return self._decoder.decode(portion).translate(self._swap)


def settled(text: str) -> str:
    """`text` with every private-use character of `LATER` replaced by its present code point."""
    return text.translate(LATER)
