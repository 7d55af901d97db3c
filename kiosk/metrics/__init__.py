"""What the running kiosk tells a monitoring system: Prometheus metrics, made of the snapshot."""
