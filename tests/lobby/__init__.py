"""Where flows, torture and bench come in: what plays devices, central, kiosk and resident for more than one of them."""
