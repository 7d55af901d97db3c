"""The texts that nobody who grew up with their language has read yet.

`python -m screens.authoring.texts_to_review [ug]`

Each with the Chinese one beside it, as a list to go through. A language's file names them itself (`review = […]`).
"""

from __future__ import annotations

import argparse
import sys

from assets import ASSETS
from kiosk.texts.translation import Translation, languages_in
from kiosk.texts.words import SOURCE_LANGUAGE

LOCALE_DIR = ASSETS / "locale"


def main() -> int:
    """Print what is to be reviewed in one language, or in all."""
    parser = argparse.ArgumentParser(prog="python -m screens.authoring.texts_to_review", description=__doc__)
    parser.add_argument("language", nargs="?", choices=languages_in(LOCALE_DIR))
    wanted = parser.parse_args().language
    for language in [wanted] if wanted else languages_in(LOCALE_DIR):
        print(listing(language))
    return 0


def listing(language: str) -> str:
    """One text a paragraph: its key, the Chinese, and the language's own."""
    source, own = (Translation.load(LOCALE_DIR, each) for each in (SOURCE_LANGUAGE, language))
    head = f"{language}: {len(own.to_review)} of {len(own.texts)} texts are to be reviewed"
    texts = [f"{key}\n  {source.texts[key]}\n  {own.texts[key]}" for key in own.to_review]
    return "\n\n".join([head, *texts])


if __name__ == "__main__":
    sys.exit(main())
