"""Built-in courses of plan seven, veterans."""
