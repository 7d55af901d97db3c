"""What is drawn and built before the program ships: icons, illustrations, fonts, the gallery. Not shipped."""
