"""What is drawn and built before the program ships: pictures and icons, fonts, the gallery. Not shipped."""
