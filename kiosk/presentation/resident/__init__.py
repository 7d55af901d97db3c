"""What stands on the screens that explain: pages with many parts, made for the presenter and for the slips. Pure."""
