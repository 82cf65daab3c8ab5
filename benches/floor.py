"""The floor: Flask, gunicorn and psycopg doing one INSERT or one SELECT, and nothing else.

No principal, no row-level security, no validation: what a request must cost on this stack before it means anything.
"""

import os
import threading
from uuid import uuid4

import psycopg
from flask import Flask, Response, request

DSN = os.environ["FLOOR_DATABASE_URL"]
_own = threading.local()
application = Flask(__name__)


def connection() -> "psycopg.Connection[tuple[str]]":
    """One connection for each thread."""
    if not hasattr(_own, "connection"):
        _own.connection = psycopg.connect(DSN, autocommit=True)
    return _own.connection  # type: ignore[no-any-return]


@application.post("/row")
def insert() -> Response:
    """One INSERT of the body, on disk before it is answered."""
    connection().execute("insert into floor values (%s, %s)", [uuid4(), request.get_data(as_text=True)])
    return Response(status=204)


@application.get("/row")
def select() -> Response:
    """One SELECT of one row."""
    row = connection().execute("select payload from floor where id = %s", [request.args["id"]]).fetchone()
    return Response(row[0] if row else "", mimetype="application/json")
