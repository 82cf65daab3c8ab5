"""Inspection 抽查: an authority looks at classes and people by itself, unannounced, and says what it found."""
