"""Built-in courses of plan six, the precision training for rural labour."""
