"""The configuration: its values, its reader, the devices' URLs, and the check against the permit unit."""
