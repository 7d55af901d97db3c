"""The residents' screens: a .kv file for each, and a module where a screen behaves."""
