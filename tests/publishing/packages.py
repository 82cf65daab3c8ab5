"""Packages in one file for tests: posted with the form, or checked as the worker does it."""

import io
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient

from lms.foundation.database import transaction
from lms.publishing import actions, arriving, downloads, files, queries
from lms.publishing.actions import uploads as pieces
from lms.publishing.queries import uploads as sent
from tests.courses.manifests import au, cmi5
from tests.courses.zips import Entry, build
from tests.people import RURAL_ECOMMERCE, SYSTEM, Cast
from tests.publishing import uploads

PAGE = b'<!doctype html><html lang="zh"><meta charset="utf-8"><title>x</title><p>hello</html>'


def course(lessons: int = 2, **more: bytes) -> bytes:
    """A cmi5 package of some units, with other files by name."""
    units = "".join(au(number) for number in range(1, lessons + 1))
    others = [Entry(name.replace("__", "/"), data) for name, data in more.items()]
    return build([Entry("cmi5.xml", cmi5(units).encode()), Entry("index.html", PAGE), *others])


def post(client: FlaskClient, data: bytes | None, name: str = "课件.zip", **changed: Any) -> Any:
    """Send the form of a package, with the file or with the id of its upload."""
    fields: dict[str, Any] = {"programme_code": RURAL_ECOMMERCE, "upload_token": str(uuid4()), **changed}
    if data is not None:
        fields["package"] = (io.BytesIO(data), name)
    return client.post("/packages/new?kind=package", data=fields, content_type="multipart/form-data")


def checked(
    people: Cast, data: bytes, name: str = "课件.zip", by: str = "liumin", title: str = ""
) -> queries.VersionView:
    """A version after its check, whatever came of it."""
    principal = people.principal(by)
    with transaction(principal):
        upload_id = pieces.begin("package", name, len(data), "")
    with transaction(principal):
        pieces.announce(piece := pieces.Piece(upload_id, 0, len(data), f"uploads/{upload_id}/0-test"))
    files.storage().put(piece.key, io.BytesIO(data))
    with transaction(principal):
        pieces.add(piece)
        keys = sent.pieces(upload_id)
    kept = arriving.whole("package", name, len(data), keys)
    offer = actions.Offer(principal.tenant(), "440606", RURAL_ECOMMERCE, "P06", title, 0, uuid4(), {"package": kept})
    with transaction(principal):
        version_id = actions.receive(offer)
        pieces.use([upload_id], version_id)
    uploads.run_check(version_id)
    return uploads.seen(version_id)


def submitted(people: Cast, data: bytes, **more: Any) -> queries.VersionView:
    """A package that waits for review."""
    version = checked(people, data, **more)
    with transaction(people.principal("liumin")):
        actions.submit(version.id)
    return uploads.seen(version.id)


def approved(people: Cast, data: bytes, seconds: int = 600, **more: Any) -> queries.VersionView:
    """A package in the catalogue, each lesson with the same study time."""
    version = submitted(people, data, **more)
    with transaction(people.principal("hequan")):
        actions.approve(version.id, {one.number: seconds for one in queries.lessons_of(version.id)})
    return uploads.seen(version.id)


def files_of(version_id: UUID) -> dict[str, str]:
    """Paths and hashes of a version's files."""
    with transaction(SYSTEM):
        return dict(downloads.members_of(version_id))
