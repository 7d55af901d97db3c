"""One word for one thing."""

from __future__ import annotations

from itertools import pairwise
from pathlib import PurePosixPath

import pytest

from tests.architecture.source import PROGRAM, names_given_in, python_files, words_of

# The word, and the word that we use instead.
MISLEADING = {
    "smartcard": "permit_chip", "scanner": "id_reader", "ticket": "receipt", "token": "grant", "backend": "central",
    "admin": "technician", "manager": "what it manages", "helper": "what it does", "helpers": "what they do",
    "utils": "what they do", "util": "what it does",
}
KIVYS_OWN_WORD = {("screens/router.py", "manager")}    # of its ScreenManager
# Two cards meet in this machine, and a third belongs to the technician.
CARDS = {"id", "identity", "service"}
AS_THE_STANDARD_CALLS_IT = {"card_version"}    # a field of the identity card's text block
SERVES_HTTP = "kiosk/central/reference/"       # elsewhere it is central

FILES = python_files(*PROGRAM)


def names_with_place() -> list[tuple[str, str]]:
    named = [(path, name) for path in FILES for name in names_given_in(path)]
    return [*named, *((path, PurePosixPath(path).stem) for path in FILES)]


@pytest.mark.parametrize("word", sorted(MISLEADING))
def test_a_misleading_word_is_in_no_name(word: str) -> None:
    named = {(path, name) for path, name in names_with_place() if word in words_of(name)}
    assert named - KIVYS_OWN_WORD == set(), MISLEADING[word]


def test_no_name_says_card_without_saying_which() -> None:
    bare = set()
    for path, name in names_with_place():
        words = ["", *words_of(name)]
        if name not in AS_THE_STANDARD_CALLS_IT and any(
            word in ("card", "cards") and before not in CARDS for before, word in pairwise(words)
        ):
            bare.add((path, name))
    assert bare == set()


def test_only_what_serves_http_is_called_a_server() -> None:
    named = {(path, name) for path, name in names_with_place() if "server" in words_of(name)}
    assert {(path, name) for path, name in named if not path.startswith(SERVES_HTTP)} == set()


def test_words_are_found_in_both_spellings() -> None:
    assert words_of("IdCardRead") == words_of("id_card_read") == words_of("ID_CARD_READ") == ["id", "card", "read"]
