"""Command bytes and status words of the permit's chip, against the published forms."""

from __future__ import annotations

import pytest

from drivers.apdu_exchange import get_response
from drivers.permit_chip import apdu

PUBLISHED_FORMS = {
    "select the reference application": (
        apdu.select_application(bytes.fromhex("F04A5A5A3031")),
        "00A4040006F04A5A5A3031",
    ),
    "select the social-card environment": (
        apdu.select_application(bytes.fromhex("7378312E73682EC9E7BBE1B1A3D5CF")),
        "00A404000F7378312E73682EC9E7BBE1B1A3D5CF",
    ),
    "select EF05": (apdu.select_file(0xEF05), "00A4000002EF05"),
    "read all of file 01": (apdu.read_binary(1, 0, 97), "00B0810061"),
    "read 4 bytes at 125 of file 02": (apdu.read_binary(2, 125, 4), "00B0827D04"),
    "read 256 bytes": (apdu.read_binary(2, 0, 256), "00B0820000"),
    "read record 23 by tag": (apdu.read_record(0x23, 80), "00B2230452"),
    "get a challenge for a MAC": (apdu.get_challenge(), "0084000004"),
    "get a challenge for an authentication": (apdu.get_challenge(8), "0084000008"),
    "get 8 more bytes": (get_response(8), "00C0000008"),
    "get 256 more bytes": (get_response(256), "00C0000000"),
    "update 4 bytes at 125 of file 02, MAC counted": (
        apdu.update_binary_unsigned(2, 125, bytes.fromhex("20260506")),
        "04D6827D0820260506",
    ),
    "update record 06, tag and length inside, MAC counted": (
        apdu.update_record_unsigned(6, bytes.fromhex("20260506")),
        "04DC06040A060420260506",
    ),
}


@pytest.mark.parametrize("what", PUBLISHED_FORMS)
def test_a_command_has_exactly_its_published_bytes(what: str) -> None:
    built, published = PUBLISHED_FORMS[what]
    assert built.hex().upper() == published


@pytest.mark.parametrize("what", [what for what in PUBLISHED_FORMS if "update" not in what])
def test_a_command_taken_apart_and_put_together_is_the_same(what: str) -> None:
    raw = bytes.fromhex(PUBLISHED_FORMS[what][1])
    assert bytes(apdu.parse(raw)) == raw


@pytest.mark.parametrize(
    ("raw", "mistake"),
    [
        ("", "0 bytes are no command"),
        ("00A404", "3 bytes are no command"),
        ("00A40400000000", "extended length"),
        ("00D68200000005AABBCCDDEE", "extended length"),
        ("00A4000003EF05", "Lc says 3 bytes, 2 follow"),
        ("00A4000001EF0500", "Lc says 1 bytes, 3 follow"),
    ],
)
def test_bytes_that_are_no_short_command_are_refused(raw: str, mistake: str) -> None:
    with pytest.raises(ValueError, match=mistake):
        apdu.parse(bytes.fromhex(raw))


def test_every_cut_of_a_command_with_data_is_either_refused_or_a_shorter_command() -> None:
    whole = bytes.fromhex("04D6827D0820260506AABBCCDD")
    for length in range(len(whole)):
        if length in (4, 5):  # without a body, and with an Le, it is a command of another case
            assert bytes(apdu.parse(whole[:length])) == whole[:length]
        else:
            with pytest.raises(ValueError, match=r"no command|follow"):
                apdu.parse(whole[:length])


def test_a_command_with_a_tail_is_refused() -> None:
    with pytest.raises(ValueError, match="Lc says 8 bytes, 10 follow"):
        apdu.parse(bytes.fromhex("04D6827D0820260506AABBCCDD0000"))


DOCUMENTED = (
    0x9000,
    0x6281,
    0x6300,
    0x6581,
    0x6700,
    0x6982,
    0x6983,
    0x6984,
    0x6985,
    0x6987,
    0x6988,
    0x6A80,
    0x6A82,
    0x6A83,
    0x6A86,
    0x6B00,
    0x6D00,
    0x6E00,
    0x9302,
    0x9303,
)


@pytest.mark.parametrize("sw", DOCUMENTED, ids=lambda sw: f"{sw:04X}")
def test_every_documented_status_word_has_a_name(sw: int) -> None:
    assert apdu.status_name(sw) != "unknown status"


@pytest.mark.parametrize(
    ("sw", "name"),
    [
        (0x6108, "8 more bytes"),
        (0x6100, "256 more bytes"),
        (0x6C61, "right length is 97"),
        (0x63C2, "authentication failed, 2 tries left"),
        (0x63C0, "authentication failed, 0 tries left"),
        (0x6988, "MAC wrong"),
        (0x9303, "application locked for ever"),
        (0x1234, "unknown status"),
    ],
)
def test_status_words_with_a_number_in_them_tell_it(sw: int, name: str) -> None:
    assert apdu.status_name(sw) == name


@pytest.mark.parametrize("sw", [0x6300, 0x63C0, 0x63C2, 0x63CF, 0x6983, 0x6988, 0x9302, 0x9303])
def test_after_a_status_that_costs_a_try_nothing_is_repeated(sw: int) -> None:
    assert sw in apdu.NEVER_REPEAT


@pytest.mark.parametrize("sw", [0x9000, 0x6984, 0x6581, 0x6A82])
def test_a_missing_challenge_and_a_missing_file_cost_no_try(sw: int) -> None:
    assert sw not in apdu.NEVER_REPEAT


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("00A4040006F04A5A5A3031", "00 SELECT, P1=04 P2=00, application F04A5A5A3031"),
        ("00B0827D04", "00 READ BINARY, P1=82 P2=7D, file 02 at 125, Le=4"),
        ("04D6827D0820260506AABBCCDD", "04 UPDATE BINARY, P1=82 P2=7D, file 02 at 125, 4 bytes and MAC"),
        ("0082000108AABBCCDDEEFF0011", "00 EXTERNAL AUTHENTICATE, P1=00 P2=01, 8 bytes"),
        ("00CA9F7F00", "00 INS CA, P1=9F P2=7F, Le=256"),
    ],
)
def test_a_command_is_described_without_its_data(raw: str, line: str) -> None:
    assert apdu.describe(bytes.fromhex(raw)) == line
    assert "20260506" not in apdu.describe(bytes.fromhex("04D6827D0820260506AABBCCDD"))
