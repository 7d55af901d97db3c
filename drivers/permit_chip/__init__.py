"""The permit's chip, reached over PC/SC while the permit is at the station."""
