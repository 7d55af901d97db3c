"""The reference central, for development and tests. An integrator replaces it by the authority's own."""
