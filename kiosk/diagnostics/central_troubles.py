"""Explains a failed call to central: each cause with a hint what to check next, and central's certificate."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

from cryptography import x509

from kiosk.central import tls_causes
from kiosk.central.client import CentralAnsweredGarbage, CentralRefusedCall, CentralUnreachable
from kiosk.data_files.central_address import CentralAddress
from kiosk.data_files.reader import readable_line

_CONNECT = {
    "refused": "the connection is refused: is central running, and is this its port?",
    "no_route": "no way leads there: check this machine's cable, address and gateway",
    "silent": "no answer to the connection: a firewall drops it, or the address is another machine's",
    "name_unknown": "the name is not known: check it, and this machine's name server",
    "resolver_silent": "this machine's name server does not answer",
}
_TLS = {
    tls_causes.EXPIRED: "central's certificate has expired: its operator has to renew it, or the clock here is wrong",
    tls_causes.NOT_YET_VALID: "central's certificate is not valid yet: compare its first day with the clock here",
    tls_causes.OTHER_NAME: "central's certificate is for another name: central.url has to be a name in it; a "
    "common name alone does not"
    " count, only a subjectAltName",
    tls_causes.OTHER_AUTHORITY: "central's certificate leads to no authority in central.ca: that is the wrong "
    "file, or central does not send"
    " the intermediate certificate",
    tls_causes.NOT_ACCEPTED: "central's certificate is not acceptable: its operator has to have it issued anew",
    tls_causes.KIOSK_REFUSED: "central refuses this kiosk's certificate: has it expired, was it revoked, does "
    "central know its authority?",
    tls_causes.NOT_TLS: "what listens there does not speak TLS: is it a plain HTTP port, or another program's?",
    tls_causes.VERSION: "no version of TLS in common: central has to offer 1.2 or 1.3",
    tls_causes.OTHER: "TLS was not agreed on: central's log says why",
}
_STAGES = {
    "connect": "no connection",
    "timeout": "connected, no answer",
    "lost": "the connection broke, as when central or something before it does not want this kiosk",
    "gateway": "a gateway answers, central behind it does not",
}
_GARBAGE = {
    "content_type": "a web page answers in central's place: is it the network's login page, or a proxy?",
    "redirect": "something there sends the kiosk elsewhere: central.url has to be the final address",
    "not_a_problem": "an error page answers that is not central's: is a firewall or a proxy on the way?",
}
ABOUT_CERTIFICATE = (
    tls_causes.EXPIRED,
    tls_causes.NOT_YET_VALID,
    tls_causes.OTHER_NAME,
    tls_causes.OTHER_AUTHORITY,
    tls_causes.NOT_ACCEPTED,
)


def told_of(error: CentralUnreachable | CentralAnsweredGarbage | CentralRefusedCall) -> str:
    """The cause of the error, and what to check next."""
    match error:
        case CentralRefusedCall() if error.may_pass:
            return f"central has trouble of its own ({error.status} {error.code}); its log says more"
        case CentralRefusedCall():
            return f"central refuses this kiosk: {error.status} {error.code}"
        case CentralAnsweredGarbage():
            what = _GARBAGE.get(error.what)
            told = f"({error.what}, status {error.status})"
            return f"{what} {told}" if what else f"the answer does not follow the contract {told}"
        case CentralUnreachable(stage="connect"):
            return _CONNECT.get(error.cause, _STAGES["connect"])
        case CentralUnreachable(stage="tls"):
            return _TLS[error.cause]
        case CentralUnreachable():
            return _STAGES[error.stage]


def certificate_shown(address: CentralAddress, certificate: Path, key: Path, within_s: float) -> str:
    """A description of central's certificate, valid or not; "" where none can be fetched."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        context.load_cert_chain(certificate, key)
        with (
            socket.create_connection((address.host, address.port), within_s) as plain,
            context.wrap_socket(plain, server_hostname=address.host) as link,
        ):
            der = link.getpeercert(binary_form=True)
        shown = x509.load_der_x509_certificate(der or b"")
    except (OSError, ValueError):
        return ""
    begins, ends = shown.not_valid_before_utc, shown.not_valid_after_utc
    return readable_line(
        f"it is for {_names(shown) or 'no name'}, by {shown.issuer.rfc4514_string() or 'nobody'},"
        f" valid from {begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} UTC"
    )


def _names(shown: x509.Certificate) -> str:
    try:
        names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ""
    return ", ".join(
        [*names.get_values_for_type(x509.DNSName), *(str(each) for each in names.get_values_for_type(x509.IPAddress))]
    )
