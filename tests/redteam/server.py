"""A platform of its own for the attacks: PostgreSQL, one gunicorn, and a clock that stands still until it is turned."""

import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from secrets import token_urlsafe

import psycopg
from flask import Flask
from flask_migrate import upgrade

from lms import config
from lms.accounts import sessions
from lms.app import create_app
from lms.foundation.database import transaction
from lms.foundation.services import start_postgres
from lms.foundation.services.programs import Program, free_ports, spawn
from lms.plans import actions as plans
from tests import people as cast_of
from tests.learning.face_house import open_face_house
from tests.redteam.ground import Ground, Trainee, lay_out
from tests.redteam.hands import DESKTOP, PHONE, HttpLine

CHECKOUT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


class Server:
    """Everything that runs; `close()` ends and removes it."""

    def __init__(self) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="lms-redteam-", dir="/tmp"))
        self.data.chmod(0o711)
        self.ahead = 0.0
        self.since = time.time()
        # the door of passwords is walked once; everybody after has the session that it gives, without its hashing
        self.signed_in = False
        self._exit = ExitStack()
        self._exit.callback(shutil.rmtree, self.data, ignore_errors=True)
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End everything and remove the data."""
        self._exit.close()

    def turn(self, seconds: float) -> None:
        """Turn the platform's clock on; between two turns it stands still, so that every interval is exact."""
        self.ahead += seconds
        beside = self.data / "clock.new"
        beside.write_text(json.dumps({"since": self.since, "offset": self.ahead, "rate": 0}))
        beside.replace(self.data / "clock")

    def restart(self) -> None:
        """Kill the web server without a warning, and start it again."""
        self.web.kill()
        self.web = self._gunicorn()

    def ground(self) -> Ground:
        """The classes and people in this platform's tables, attacked over HTTP."""
        ground = lay_out(self.turn, self._line, cast_of.bring_in())
        ground.restart, ground.faces, ground.as_owner = self.restart, self.faces, self._as_owner
        return ground

    def _as_owner(self, statements: str, person_id: str) -> None:
        with psycopg.connect(self.environment["LMS_DATABASE_OWNER_URL"].replace("+psycopg", "")) as line:
            line.execute(statements % person_id)

    def _line(self, who: Trainee, device: str) -> HttpLine:
        line = HttpLine(self.port, DESKTOP if device == "desktop" else PHONE)
        if not self.signed_in:
            line.sign_in(who.phone)
            self.signed_in = True
            return line
        kept = sessions.ServerSession(token_urlsafe(32), {sessions.PERSON: str(who.id), "_fresh": True})
        sessions._keep(kept)
        line.cookies[sessions.COOKIE] = kept.token
        return line

    def _start(self) -> None:
        postgres = start_postgres(self.data)
        self._exit.callback(postgres.stop)
        [self.port] = free_ports(1)
        self.faces = self._exit.enter_context(open_face_house())
        self.turn(0)
        own = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
        self.environment = {
            **own,
            "LMS_DATA": str(self.data),
            "LMS_PORT": str(self.port),
            "LMS_DATABASE_URL": postgres.app_url,
            "LMS_DATABASE_OWNER_URL": postgres.owner_url,
            "LMS_CLOCK_FILE": str(self.data / "clock"),
            "LMS_TESTING": "1",
            **self.faces.environ("tencent"),
        }
        self.app = self._application()
        self.web = self._gunicorn()
        self._exit.callback(self._end_web)

    def _end_web(self) -> None:
        self.web.kill()

    def _application(self) -> Flask:
        """The same platform in this process, for laying out and for reading the ledger."""
        app = create_app(config.load(self.environment))
        app.extensions["wake"] = lambda job_id: None
        self._exit.enter_context(app.app_context())
        upgrade()
        with transaction(cast_of.SYSTEM):
            plans.load(*plans.read())
        return app

    def _gunicorn(self) -> Program:
        options = ("--worker-class", "gthread", "--workers", "1", "--threads", "8", "--no-control-socket")
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}", *options, "wsgi:application"]
        log = self.data / "web.log"
        program = spawn("web", command, log=log, env=self.environment, cwd=CHECKOUT)
        limit = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > limit or not program.running():
                raise RuntimeError(log.read_text()[-3000:])
            time.sleep(0.05)
        return program

    def _answers(self) -> bool:
        try:
            return HttpLine(self.port).call("GET", "/verify/key.txt", None, {}).status == 200
        except OSError:
            return False
