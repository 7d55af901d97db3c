"""What leaves the machine for people who look after it: the support bundle and the readiness report."""
