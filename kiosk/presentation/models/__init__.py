"""What a screen is given: one frozen model per screen. No Kivy, no flow."""
