"""Dialect of the Creator CRT-591-M: frames, exchange, status, device, the chip by the unit's own commands."""
