"""Guidance lights: a lamp at each place where a person must act next, and an output that calls staff."""
