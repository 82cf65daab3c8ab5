"""Built-in courses of plan one, the new generation of industrial workers."""
