"""The drivers of the devices; they import neither kiosk nor screens."""
