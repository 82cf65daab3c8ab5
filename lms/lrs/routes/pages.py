"""The blueprint of the pages about learning records."""

from flask import Blueprint

pages = Blueprint("records", __name__)
