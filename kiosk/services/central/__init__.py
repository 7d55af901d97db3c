"""What is asked of central and told to it: requests, outbox, heartbeat."""
