"""Texts by key or by language, and how they become words. Free of Kivy; what a language is, its locale file says."""
