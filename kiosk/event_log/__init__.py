"""The events of the log, and the function that writes them."""
