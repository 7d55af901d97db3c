"""The voice and the signals of a kiosk: which sounds there are, when they are heard, and how they get to the device."""
