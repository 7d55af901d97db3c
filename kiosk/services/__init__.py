"""Services: they turn effects into device calls and outcomes into events. Only they catch a `DriverError`."""
