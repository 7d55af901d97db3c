"""The flow of a visit as one pure function; README.md has the picture."""
