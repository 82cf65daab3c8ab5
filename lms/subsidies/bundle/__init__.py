"""The evidence bundle: what is in it and how it is written, byte for byte the same for the same records."""
