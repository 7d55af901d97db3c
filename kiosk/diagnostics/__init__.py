"""Checks of the kiosk and their report."""
