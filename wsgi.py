"""What gunicorn runs: dispatches by Host to the pages or to the content application; an unknown Host is 421."""

import gc

from lms.app import create_wsgi

application = create_wsgi()
# What was loaded stays: the workers, forked after this, share its memory, and no collection looks through it again.
gc.collect()
gc.freeze()
