"""Course packages: what a course is and how the files of authors are read. No Flask, no database."""
