"""Characters that older Chinese text encodes in Unicode's private use area, with their present code points.

GBK (1995) and GB 18030-2000 had characters that Unicode lacked, and gave them private-use code points. Unicode has
since added all of them, so one character of a name may be stored in two ways. The sources:

- GBK (1995), GB 18030-2000 and GB 18030-2005: 80 ideographs and components at bytes FE50 … FEA0, U+E815 … U+E864; A8BC
  and A8BF, U+E7C7 and U+E7C8; A989 … A995, U+E7E7 … U+E7F3.
- GB 18030-2022: moves the last 18 that it can to their later code points. Ten are vertical forms of punctuation marks,
  U+E78D … U+E796; eight are among the 80, U+E81E to U+9FB4 for one. Six of the 80 (U+E816 to U+20087 for one) keep
  their two bytes for the private-use code point; their later code points are those of Unicode's own list.

Private-use code points of others (a vendor's fonts, a city's systems) are not here, because their meaning is unknown.
"""

from __future__ import annotations

from types import MappingProxyType

_FIRST_OF_THE_80 = 0xE815
_THE_80 = """
    2E81 20087 20089 200CC 2E84 3473 3447 2E88 2E8B 9FB4 359E 361A 360E 2E8C 2E97 396E
    3918 9FB5 39CF 39DF 3A73 39D0 9FB6 9FB7 3B4E 3C6E 3CE0 2EA7 215D7 9FB8 2EAA 4056
    415F 2EAE 4337 2EB3 2EB6 2EB7 2298F 43B1 43AC 2EBB 43DD 44D6 4661 464C 9FB9 4723
    4729 477C 478D 2ECA 4947 497A 497D 4982 4983 4985 4986 499F 499B 49B7 49B6 9FBA
    241FE 4CA3 4C9F 4CA0 4CA1 4C77 4CA2 4D13 4D14 4D15 4D16 4D17 4D18 4D19 4DAE 9FBB
"""
_FIRST_OF_VERTICAL_FORMS = 0xE78D
_VERTICAL_FORMS = "FE10 FE12 FE11 FE13 FE14 FE15 FE16 FE17 FE18 FE19"
_FIRST_OF_LETTERS = 0xE7C7
_LETTERS = "1E3F 01F9"
_FIRST_OF_DESCRIPTIONS = 0xE7E7
_DESCRIPTIONS = "303E 2FF0 2FF1 2FF2 2FF3 2FF4 2FF5 2FF6 2FF7 2FF8 2FF9 2FFA 2FFB"


def _from(first: int, later: str) -> dict[int, int]:
    return {first + at: int(code, 16) for at, code in enumerate(later.split())}


LATER_CODE_POINTS = MappingProxyType(
    _from(_FIRST_OF_THE_80, _THE_80)
    | _from(_FIRST_OF_VERTICAL_FORMS, _VERTICAL_FORMS)
    | _from(_FIRST_OF_LETTERS, _LETTERS)
    | _from(_FIRST_OF_DESCRIPTIONS, _DESCRIPTIONS)
)
"""Private-use code point → the code point that the same character has in Unicode. `str.translate` takes it as it is."""
