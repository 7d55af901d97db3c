"""What the machine does; no Kivy, no serial port."""
