"""Checks, reports and what must be blacked out in them."""
