"""Scenarios that play themselves."""
