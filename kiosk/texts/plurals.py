"""Plural forms by language: cardinal plurals as in Unicode's CLDR (plurals.xml).

A language file names its rule. A text in it may then be a table with a text for each form, as in go-i18n. The first
number in the text selects the form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Formatter

OTHER = "other"
PLURAL_RULES: Mapping[str, Callable[[int], str]] = {
    "none": lambda _count: OTHER,
    "one-other": lambda count: "one" if count == 1 else OTHER,
}
FORMS: Mapping[str, frozenset[str]] = {"none": frozenset((OTHER,)), "one-other": frozenset(("one", OTHER))}
ALL_FORMS = frozenset(("zero", "one", "two", "few", "many", OTHER))


def is_plural(table: Mapping[str, object]) -> bool:
    """Whether a table of a language file is one text in several forms rather than a group of texts."""
    return OTHER in table and ALL_FORMS.issuperset(table)


def form_of(rule: str, text: str, args: Mapping[str, object]) -> str:
    """The plural form for the first number of `args` that `text` names."""
    named = (args.get(name) for _, name, _, _ in Formatter().parse(text) if name)
    count = next((value for value in named if isinstance(value, int)), None)
    return OTHER if count is None else PLURAL_RULES[rule](count)
