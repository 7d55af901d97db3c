"""The authority's side: the contract that both sides share, and the kiosk's client."""
