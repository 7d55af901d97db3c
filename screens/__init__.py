"""The screens: drawing and touches, with Kivy only."""
