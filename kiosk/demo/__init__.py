"""Demonstrations: scenarios that are played automatically."""
