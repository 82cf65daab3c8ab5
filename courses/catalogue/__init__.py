"""The built-in courses, a folder for each plan. The repository holds what is said; film and sound are made at set-up."""

from courses.catalogue.building import LESSONS, BuiltLesson, build

__all__ = ["LESSONS", "BuiltLesson", "build"]
