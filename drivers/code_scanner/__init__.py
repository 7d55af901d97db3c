"""The code scanner: a 2D imager that reads the electronic licence code on a resident's phone."""
