"""Built-in courses of plan five, changing posts."""
