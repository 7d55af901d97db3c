"""The services that talk to central: requests, outbox, heartbeat, staff calls."""
