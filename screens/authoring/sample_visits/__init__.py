"""Visits played through the machine, for the samples of screens; only people and their cards are invented."""
