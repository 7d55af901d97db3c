"""Devices that are not there: the real protocol on the wire, with actions and faults."""
