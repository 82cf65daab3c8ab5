"""`python -m lms.foundation.services` is what `make run` runs: it starts without loading the application."""

import sys

from lms.foundation.services.supervisor import run

sys.exit(run())
