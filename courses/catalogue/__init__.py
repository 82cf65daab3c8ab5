"""The built-in courses, a folder for each plan. The repository holds what is said; film and sound are made at set-up."""

from courses.catalogue.building import BuiltCourse, BuiltLesson, build, version_of
from courses.catalogue.shelf import COURSES, CourseSource, read_course

__all__ = ["COURSES", "BuiltCourse", "BuiltLesson", "CourseSource", "build", "read_course", "version_of"]
