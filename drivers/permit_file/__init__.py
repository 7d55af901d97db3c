"""The permit file of a kind of permit: the layout of its chip and of its face. No device."""
