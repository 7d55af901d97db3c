"""Guidance lights: a lamp at each place where a hand or an eye must go next, and an output that calls staff."""
