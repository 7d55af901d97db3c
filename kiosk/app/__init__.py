"""The composition of one kiosk: services, life cycle, window."""
