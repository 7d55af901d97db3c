"""Makers of pages with many parts, for the presenter and for the slips. Pure functions."""
