"""The socket by which tests and the demo see what is painted, and touch it."""
