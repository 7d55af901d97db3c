"""The runtime of the machine: engine, workers, clock, log output, watchdog."""
