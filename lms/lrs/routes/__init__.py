"""The doors of the record store: /xapi for machines, pages for people."""

from lms.lrs.routes import browsing, forwardings, imports, keys, mine
from lms.lrs.routes.pages import pages
from lms.lrs.routes.xapi import bp

__all__ = ["bp", "browsing", "forwardings", "imports", "keys", "mine", "pages"]
