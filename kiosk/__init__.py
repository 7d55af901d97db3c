"""The kiosk's program, without Kivy and serial ports."""
