"""Simulated devices: they speak the real protocol on the wire, and have actions and faults."""
