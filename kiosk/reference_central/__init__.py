"""A full central to develop and test against; what an integrator replaces."""
