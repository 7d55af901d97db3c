"""What is spoken of a screen: clips in speaking order, and values in the words of a language. It makes no sound."""
