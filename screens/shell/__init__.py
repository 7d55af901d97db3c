"""The window: Kivy set up, the application, which screen is seen, input, display."""
