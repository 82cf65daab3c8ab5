"""Files: where they are kept, how they are linked, served, examined and made ready. Knows nothing of the platform."""
