"""Documents as lessons: a PDF, a page, a folder of pages."""
