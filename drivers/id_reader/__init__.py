"""The identity-card reader: a serial device, read only."""
