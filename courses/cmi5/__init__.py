"""cmi5: courses whose lessons speak xAPI."""
