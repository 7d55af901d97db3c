"""Transports: serial lines, TCP, PC/SC and recorded traces. They turn foreign errors into ours."""
