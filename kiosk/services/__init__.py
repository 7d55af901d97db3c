"""From effects to device calls to events; the only place that catches a `DriverError`."""
