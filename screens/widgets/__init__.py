"""The widgets of all screens. Importing a module here imports Kivy."""
