"""Lessons that are a video with captions."""
