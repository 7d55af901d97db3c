"""Moves bytes over serial lines, TCP, PC/SC and recorded traces; errors become ours here."""
