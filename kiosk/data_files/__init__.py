"""Readers of files that people edit, with one error that has `mistakes` and one form of readable lines."""
