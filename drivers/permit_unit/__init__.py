"""The motorised device that moves the permit and rewrites its face."""
