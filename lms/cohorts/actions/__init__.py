"""Verbs on classes. They flush, never commit."""
