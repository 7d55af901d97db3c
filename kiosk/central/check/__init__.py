"""`python -m kiosk central check URL`: plays a kiosk against any central, and says what is not as the contract says."""
