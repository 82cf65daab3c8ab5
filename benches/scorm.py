"""A SCO in the demo's first course, and what its shell posts: for the row of SCORM commits."""

import json
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg

from benches.measure import Request
from benches.platform import Trainee

# An approved version never changes; as a replica writes, the triggers look away.
_MAKE = """
set session_replication_role = replica;
insert into lesson (id, created_at, version_id, tenant_id, region_code, plan_code, number, title, kind, content_hash,
  duration_ms, declared_seconds, approved_seconds, size_bytes, identifier, entry, places, settings)
select '{id}', now(), version_id, tenant_id, region_code, plan_code, 900, 'SCO', 'sco', repeat('5c', 32),
  0, 36000, 36000, 1, 'S1', 'index.html', 0, '{{"item": "S1", "scorm_type": "sco"}}'
from registration where id = '{registration}';
update package_version set format = 'scorm12' where id = (select version_id from registration where id = '{registration}');
"""


class Shell:
    """The shell of the SCO that a trainee has opened; every commit says that they are a page further."""

    def __init__(self, trainee: Trainee, lesson_id: str) -> None:
        answer = trainee.post(f"{trainee.course}/lessons/{lesson_id}/open", b"{}", trainee.json_headers)
        address = urlsplit(json.loads(answer)["url"])
        self._headers = {"Host": address.netloc, "User-Agent": "bench", "Content-Type": "application/json"}
        self._doors = "/_rt/" + address.path.rpartition("/")[2]
        self._trainee, self._run = trainee, 0

    def start(self) -> None:
        """Open the SCO at the server."""
        self._run = json.loads(self._trainee.ask_host(f"{self._doors}/start", b"{}", self._headers))["run"]

    def commit(self, number: int) -> Request:
        """A commit of a kilobyte, as scorm-again writes it."""
        score = {"raw": str(number % 100), "min": "", "max": "100"}
        core = {"lesson_location": str(number), "lesson_status": "incomplete", "exit": "", "score": score}
        core["total_time"] = f"{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}"
        cmi = {"core": core, "suspend_data": f"{number:06}" + "x" * 600, "student_data": {"mastery_score": "80"}}
        body = {"run": self._run, "commitSequence": number, "event": "commit", "cmi": cmi}
        return Request("POST", f"{self._doors}/commit", json.dumps(body).encode(), self._headers)


def shells(superuser_url: str, trainees: list[Trainee]) -> list[Shell]:
    """Put a SCO into the course of the trainees and open it for each of them."""
    lesson_id = str(uuid4())
    with psycopg.connect(superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
        made = _MAKE.format(id=lesson_id, registration=trainees[0].course.rpartition("/")[2])
        connection.execute(made)  # type: ignore[arg-type]
    opened = [Shell(trainee, lesson_id) for trainee in trainees]
    for shell in opened:
        shell.start()
    return opened
