"""Lists the texts that no native speaker has reviewed yet, each with the Chinese text.

`python -m screens.authoring.texts_to_review [ug]`

A language's file names these texts itself (`review = […]`).
"""

from __future__ import annotations

import argparse
import sys

from assets import ASSETS
from kiosk.texts.translation import Translation, languages_in
from kiosk.texts.words import SOURCE_LANGUAGE

LOCALE_DIR = ASSETS / "locale"


def main() -> int:
    """Print the texts to review in one language, or in all."""
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
