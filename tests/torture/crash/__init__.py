"""The kiosk is killed at every point of a visit and started again; then five statements have to hold."""
