"""One step of the tables each, in the order that each names."""
