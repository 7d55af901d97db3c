"""What the kiosk wrote down: steps in a chain, what central must still be told, and what is kept for how long."""
