"""A range of a lesson's file from the content host: of a video by its signed link, of a package's file by its launch."""

import json
from pathlib import Path
from urllib.parse import quote, urlsplit
from uuid import uuid4

import psycopg

from benches.measure import Request
from benches.platform import Platform, Trainee, found

BYTES = 1 << 20
# An approved version never changes; as a replica writes, the triggers look away.
_MAKE = """
set session_replication_role = replica;
insert into lesson (id, created_at, version_id, tenant_id, region_code, plan_code, number, title, kind, content_hash,
  duration_ms, declared_seconds, approved_seconds, size_bytes, identifier, entry, places, settings)
select '{id}', now(), version_id, tenant_id, region_code, plan_code, 901, 'page', 'document', repeat('5d', 32),
  0, 600, 600, 1, '', 'film.mp4', 0, '{{"type": "html"}}'
from registration where id = '{registration}';
insert into package_file (version_id, path, tenant_id, sha256, size_bytes)
select version_id, 'film.mp4', tenant_id, '{sha256}', {size} from registration where id = '{registration}';
"""


class Files:
    """The largest video of the platform: where it is played from, and where it lies for the floor."""

    def __init__(self, platform: Platform, trainee: Trainee) -> None:
        page = trainee.get(trainee.lesson)
        address = urlsplit(found(r'src="(http://v[^"]+\.mp4)"', page))
        self._played = address.path, {"Host": address.netloc, **_range()}
        self._file = max((platform.data / "files").rglob("*.mp4"), key=lambda path: path.stat().st_size)
        self._opened = self._open(platform, trainee)

    def video(self, *_: int) -> Request:
        """A megabyte of a video by its signed link."""
        path, headers = self._played
        return Request("GET", path, None, headers, status=206)

    def member(self, *_: int) -> Request:
        """A megabyte of a package's file by the token of a launch."""
        path, headers = self._opened
        return Request("GET", path, None, headers, status=206)

    def floor(self, *_: int) -> Request:
        """The same megabyte by Flask's own send_file."""
        return Request("GET", f"/file?path={quote(str(self._file))}", None, _range(), status=206)

    def _open(self, platform: Platform, trainee: Trainee) -> tuple[str, dict[str, str]]:
        """Keep the same bytes as a file of a package too, and open a lesson of it."""
        sha256, lesson_id = self._file.stem, str(uuid4())
        kept = self._file.with_name(f"{sha256}.file")
        if not kept.exists():
            kept.hardlink_to(self._file)
        values = {"id": lesson_id, "registration": trainee.course.rpartition("/")[2], "sha256": sha256}
        made = _MAKE.format(**values, size=Path(self._file).stat().st_size)
        with psycopg.connect(platform.postgres.superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(made)  # type: ignore[arg-type]
        answer = trainee.post(f"{trainee.course}/lessons/{lesson_id}/open", b"{}", trainee.json_headers)
        address = urlsplit(json.loads(answer)["url"])
        token = address.path.rpartition("/")[2]
        return f"/c/{token}/film.mp4", {"Host": address.netloc, **_range()}


def _range() -> dict[str, str]:
    return {"Range": f"bytes=1000-{BYTES + 999}", "User-Agent": "bench"}
