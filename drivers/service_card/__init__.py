"""The technician's service card, in a PC/SC reader of its own."""
