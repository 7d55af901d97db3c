"""The control socket: how a shell on the same machine asks the running kiosk, which alone speaks to its devices."""
