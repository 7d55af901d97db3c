"""The permit file: which kind of permit, where its chip keeps what, what its face shows. No device."""
