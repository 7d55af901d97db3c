"""Service mode: a machine of its own, which the machine of visits holds as one state."""
