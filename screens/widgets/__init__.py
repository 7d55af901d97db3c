"""What every screen is put together from. Importing a module here imports Kivy."""
