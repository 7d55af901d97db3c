"""One word for one thing."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import pairwise
from pathlib import PurePosixPath

import pytest

from tests.architecture.source import PROGRAM, names_given_in, python_files, words_of

# The word, and the word that we use instead.
MISLEADING = {
    "smartcard": "permit_chip",
    "ticket": "receipt",
    "token": "grant",
    "backend": "central",
    "admin": "technician",
    "manager": "what it manages",
    "helper": "what it does",
    "helpers": "what they do",
    "utils": "what they do",
    "util": "what it does",
}
# Two cards meet in this machine, and a third belongs to the technician.
CARDS = {"id", "identity", "service"}
AS_THE_STANDARD_CALLS_IT = {"card_version"}  # a field of the identity card's text block
HTTPCORES_OWN_WORD = {("kiosk/central/line.py", "server_hostname")}  # a parameter of its streams
SERVES_HTTP = ("kiosk/reference_central/", "kiosk/metrics/server.py")  # elsewhere it is central

FILES = python_files(*PROGRAM)


@cache
def places_of() -> dict[str, set[str]]:
    """Every name that we gave, and the files that give it."""
    places: dict[str, set[str]] = defaultdict(set)
    for path in FILES:
        for name in (PurePosixPath(path).stem, *names_given_in(path)):
            places[name].add(path)
    return places


@cache
def words_in_names() -> dict[str, tuple[str, ...]]:
    return {name: tuple(words_of(name)) for name in places_of()}


def named_with(word: str) -> set[tuple[str, str]]:
    """Where a name has this word in it: file and name."""
    return {(path, name) for name, words in words_in_names().items() if word in words for path in places_of()[name]}


@pytest.mark.parametrize("word", sorted(MISLEADING))
def test_a_misleading_word_is_in_no_name(word: str) -> None:
    assert named_with(word) == set(), MISLEADING[word]


def test_no_name_says_card_without_saying_which() -> None:
    bare = {
        name
        for name, words in words_in_names().items()
        if any(word in ("card", "cards") and before not in CARDS for before, word in pairwise(("", *words)))
    }
    assert {name: places_of()[name] for name in bare - AS_THE_STANDARD_CALLS_IT} == {}


def test_what_reads_identity_cards_is_no_scanner() -> None:
    assert {(path, name) for path, name in named_with("scanner") if "/id_" in path} == set(), "id_reader"
    assert {name for name, words in words_in_names().items() if ("id", "scanner") in pairwise(words)} == set()


def test_only_what_serves_http_is_called_a_server() -> None:
    elsewhere = {(path, name) for path, name in named_with("server") if not path.startswith(SERVES_HTTP)}
    assert elsewhere == HTTPCORES_OWN_WORD


def test_words_are_found_in_both_spellings() -> None:
    assert words_of("IdCardRead") == words_of("id_card_read") == words_of("ID_CARD_READ") == ["id", "card", "read"]
