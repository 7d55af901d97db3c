"""May this permit be endorsed today, and to what: the region's rules, as data."""
