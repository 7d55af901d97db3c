"""Texts by key or by language, and their translation. Free of Kivy; each language is defined by its locale file."""
