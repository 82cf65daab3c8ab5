"""The floor: Flask, gunicorn and psycopg doing one INSERT or one SELECT, and nothing else.

No principal, no row-level security, no validation: what a request must cost on this stack before it means anything.
"""

import json
import os
import threading
from uuid import uuid4

import psycopg
from flask import Flask, Response, request, send_file

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
    row = request.args.get("id") or uuid4()
    connection().execute("insert into floor values (%s, %s)", [row, request.get_data(as_text=True)])
    return Response(status=204)


@application.put("/row")
def update() -> Response:
    """One UPDATE of a row by its key with the body, on disk before it is answered."""
    connection().execute(
        "update floor set payload = %s where id = %s", [request.get_data(as_text=True), request.args["id"]]
    )
    return Response(status=204)


@application.post("/rows")
def insert_many() -> Response:
    """One INSERT of as many rows as the JSON array has elements, each a text of its own."""
    rows = [part for element in json.loads(request.get_data()) for part in (uuid4(), json.dumps(element))]
    places = ",".join(["(%s, %s)"] * (len(rows) // 2))
    connection().execute(f"insert into floor values {places}", rows)
    return Response(status=204)


@application.get("/row")
def select() -> Response:
    """One SELECT of one row."""
    row = connection().execute("select payload from floor where id = %s", [request.args["id"]]).fetchone()
    return Response(row[0] if row else "", mimetype="application/json")


@application.get("/rows")
def select_many() -> Response:
    """One SELECT of a learner's newest rows."""
    asked = [int(request.args["learner"]), int(request.args["limit"])]
    rows = connection().execute("select payload from floor_page where learner = %s order by seq desc limit %s", asked)
    return Response("[" + ",".join(row[0] for row in rows) + "]", mimetype="application/json")


@application.get("/file")
def file() -> Response:
    """A file, or the range of it that was asked for, as Flask sends files."""
    return send_file(request.args["path"], conditional=True)
