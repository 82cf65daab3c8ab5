"""Quizzes that authors write in a spreadsheet."""
