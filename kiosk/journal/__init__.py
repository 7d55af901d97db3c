"""The kiosk's journal: the chained steps, the messages that central must still get, and their retention."""
