"""SCORM 1.2 and 2004: what a SCO says of an attempt and what we make of it. Plain data in, plain data out."""
