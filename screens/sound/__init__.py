"""The voice and the signals of a kiosk: the sound files, when they are played, and the audio device."""
