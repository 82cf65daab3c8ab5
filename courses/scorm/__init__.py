"""SCORM 1.2 and 2004: packages whose lessons talk to a window."""
