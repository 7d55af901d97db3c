"""What joins the parts of one kiosk."""
