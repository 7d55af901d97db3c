"""A small central written from `kiosk/central/openapi.json` and `kiosk/central/README.md` alone.

It shares no line with the kiosk or with the reference central: the standard library and `cryptography` are all it
imports (`tests/architecture/test_second_central.py`). What it decides is simple, what it says on the wire is whole.
"""
