"""Built-in courses of plan three, domestic services."""
