"""The models of screens, and the functions that make one from a state of the machine."""
