"""Checks a link for residents in a configuration: https, with characters that every telephone accepts."""

from __future__ import annotations

import re

from kiosk.data_files.central_address import mistake_in_central_address

_SCHEME = "https://"
_ODD = re.compile(r"[^A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]|%(?![0-9A-Fa-f]{2})")  # RFC 3986, section 2


def mistake_in_link(link: str) -> str | None:
    """What is wrong with `link`, in words; None if nothing is."""
    if (odd := _ODD.search(link)) is not None:
        return f"holds U+{ord(odd[0][0]):04X} (character {odd.start() + 1}), which no link holds; %XX is written for it"
    if link[: len(_SCHEME)].lower() != _SCHEME:
        return "does not begin with https://"
    host = re.split("[/?#]", link[len(_SCHEME) :], maxsplit=1)[0]
    return mistake_in_central_address(f"{_SCHEME}{host}")
