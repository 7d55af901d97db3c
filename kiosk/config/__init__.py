"""What the configuration file says: values, reader, wires of the devices, and whether the permit unit can do it."""
