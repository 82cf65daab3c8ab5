"""tincan: packages of xAPI before cmi5."""
