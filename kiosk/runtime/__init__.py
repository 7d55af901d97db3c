"""What runs the machine: engine, workers, journal, clock, watchdog."""
