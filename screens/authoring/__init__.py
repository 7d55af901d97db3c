"""Build-time tools for pictures, icons, fonts, sounds and the gallery. Not shipped."""
