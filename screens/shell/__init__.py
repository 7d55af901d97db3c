"""The window: Kivy's set-up, the application, the router of screens, input, display."""
