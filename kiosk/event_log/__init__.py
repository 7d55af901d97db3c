"""Events of the log, and the one way to write them."""
