"""The devices; they know nothing of kiosk or screens."""
