"""The protocol with central: the contract that both sides share, and the kiosk's client."""
