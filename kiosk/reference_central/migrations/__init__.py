"""How the reference central's tables came to be."""
