"""What gunicorn runs: dispatches by Host to the pages or to the content application; an unknown Host is 421."""

from lms.app import create_wsgi

application = create_wsgi()
