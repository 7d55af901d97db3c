"""What is spoken of a screen."""
