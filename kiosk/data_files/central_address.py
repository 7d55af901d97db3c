"""Central's address in a configuration: `https://host` or `https://host:port`, and nothing more.

Other parts of a URL (a path, a query, a name with a password) have no meaning here. Invalid host names (full-width
digits, a number too large for an IPv4 address) would fail later with another error. So every mistake is reported where
the file is read.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

HTTPS_PORT = 443

_SCHEME = "https://"
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")  # RFC 1123, section 2.1
_LONGEST_NAME = 253
_PORT = re.compile(r"[0-9]{1,5}")
_NOT_PART = {"/": "a path", "?": "a query", "#": "a fragment", "@": "a user's name", "\\": "a backslash"}


class CentralAddressError(ValueError):
    """An invalid address. The text says what is wrong, and repeats nothing secret."""


@dataclass(frozen=True, slots=True)
class CentralAddress:
    """Host and port of central. `host`: a name, an IPv4 address, or an IPv6 address without brackets."""

    host: str
    port: int

    @property
    def authority(self) -> str:
        """Host and port as in a URL and in the header `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == HTTPS_PORT else f"{host}:{self.port}"


def parse_central_address(url: str) -> CentralAddress:
    """Host and port of `url`. Raises `CentralAddressError`."""
    if not url.isascii():
        raise CentralAddressError("holds characters that are not ASCII; a name of them is written in its xn-- form")
    if any(character <= " " or character == "\x7f" for character in url):
        raise CentralAddressError("holds a blank or a control character")
    if url[: len(_SCHEME)].lower() != _SCHEME:
        raise CentralAddressError("does not begin with https://")
    authority = url[len(_SCHEME) :].removesuffix("/")
    for sign, what in _NOT_PART.items():
        if sign in authority:
            raise CentralAddressError(f"holds {what} ({sign}); host and port alone are wanted")
    host, port = _split(authority)
    return CentralAddress(_host(host), port)


def mistake_in_central_address(url: str) -> str | None:
    """What is wrong with `url`, in words; None where nothing is."""
    try:
        parse_central_address(url)
    except CentralAddressError as error:
        return str(error)
    return None


def _split(authority: str) -> tuple[str, int]:
    bracket = authority.rfind("]")
    host, colon, port = authority.rpartition(":") if authority.rfind(":") > bracket else (authority, "", "")
    if not colon:
        return authority, HTTPS_PORT
    if _PORT.fullmatch(port) is None or not 1 <= int(port) <= 65535:
        raise CentralAddressError("has a port that is no number from 1 to 65535")
    return host, int(port)


def _host(host: str) -> str:
    if not host:
        raise CentralAddressError("names no host")
    if host.startswith("[") and host.endswith("]"):
        return _checked(ipaddress.IPv6Address, host[1:-1])
    if ":" in host:
        raise CentralAddressError("has an IPv6 address that is not in brackets, or two ports")
    labels = host.removesuffix(".").split(".")
    if labels[-1].isdigit() or re.fullmatch("0[xX][0-9A-Fa-f]*", labels[-1]):
        return _checked(ipaddress.IPv4Address, host)
    if len(host) > _LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise CentralAddressError(
            "has a host that is no name: letters, digits and hyphens, with single dots between them, are wanted"
        )
    return host


def _checked(kind: type[ipaddress.IPv4Address] | type[ipaddress.IPv6Address], host: str) -> str:
    try:
        return str(kind(host))
    except ValueError:
        raise CentralAddressError(f"has a host that is no {kind.__name__.removesuffix('Address')} address") from None
