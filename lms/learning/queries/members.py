"""The file of a package that a token and a path stand for, found with its launch by one statement."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from lms.foundation.database import db
from lms.learning.queries.launches import JOINED, OWN, WIDTH, LaunchView, hash_of, read

_HOSTS = (
    "array(select h.host from remote_host h join package_version v on v.package_id = h.package_id"
    " where v.id = l.version_id order by h.host)"
)
# Built once: pages of packages ask it hundreds of times.
_FIND = text(
    f"select {OWN}, {_HOSTS}, f.path, f.sha256, f.size_bytes {JOINED}"  # noqa: S608 - names of our own columns
    " left join lateral (select path, sha256, size_bytes from package_file"
    " where version_id = l.version_id and path = any(:paths) order by path limit 1) f on true"
    " where l.token_hash = :token"
)
# Whoever wrote a package on Windows never learnt that capitals differ; the gate refuses names that differ by them alone.
_ANY_CAPITALS = text(
    "select path, sha256, size_bytes from package_file where version_id = :version and lower(path) = lower(:path) limit 1"
)
_INDEXES = ("index.htm", "index.html")


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a package: its path there, the hash that its bytes lie under, its size."""

    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What a token and a path stand for; `hosts` abroad may be reached, `member` is None where there is no such file."""

    launch: LaunchView
    hosts: tuple[str, ...]
    member: Member | None


def asked(token: str, host: str, path: str = "") -> Asked:
    """The launch of a token and the file it asks for, inside a transaction of CONTENT; raises as launch_of()."""
    paths = [path + name for name in _INDEXES] if not path or path.endswith("/") else [path]
    row = db.session.execute(_FIND, {"token": hash_of(token), "paths": paths}).one_or_none()
    launch = read(row, host)
    assert row is not None  # read() raised
    hosts, *found = row[WIDTH:]
    if found[0] is None and path:
        found = list(db.session.execute(_ANY_CAPITALS, {"version": launch.version_id, "path": path}).first() or found)
    return Asked(launch, tuple(hosts), Member(*found) if found[0] is not None else None)


_BYTES = text("select coalesce(sum(size_bytes), 0) from package_file where version_id = :version")


def bytes_of(version_id: UUID) -> int:
    """How many bytes the files of a package have together."""
    return int(db.session.scalar(_BYTES, {"version": version_id}) or 0)
