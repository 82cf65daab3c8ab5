"""Training packages 职业培训包: uploads, reports, review, approved versions."""
