"""The spoken form of screens: clips in speaking order, and values in the words of a language. It plays no sound."""
