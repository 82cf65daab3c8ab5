"""The doors of what reviewer and institution say to each other about the lessons of a version."""

from typing import Any
from uuid import UUID

from flask import redirect, url_for

from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.publishing.actions import talks
from lms.publishing.forms.life import CommentForm
from lms.publishing.routes.courses import bp, own, reviewed


@bp.post("/reviews/<uuid:version_id>/comments")
@allow(Permission.PACKAGE_REVIEW)
def comment(version_id: UUID) -> Any:
    """The reviewer says something about a lesson."""
    with transaction(current()):
        reviewed(version_id)
        form = _valid()
        talks.begin(version_id, form.lesson, form.body.data or "")
    return _back("publishing.review", version_id)


@bp.post("/reviews/<uuid:version_id>/comments/<uuid:thread_id>")
@allow(Permission.PACKAGE_REVIEW)
def comment_again(version_id: UUID, thread_id: UUID) -> Any:
    """The reviewer goes on in a thread."""
    with transaction(current()):
        reviewed(version_id)
        form = _valid()
        talks.answer(version_id, thread_id, talks.AUTHORITY, form.body.data or "")
    return _back("publishing.review", version_id)


@bp.post("/reviews/<uuid:version_id>/comments/<uuid:thread_id>/resolve")
@allow(Permission.PACKAGE_REVIEW)
def resolve_comment(version_id: UUID, thread_id: UUID) -> Any:
    """The reviewer is satisfied."""
    with transaction(current()):
        reviewed(version_id)
        talks.resolve(version_id, thread_id)
    return _back("publishing.review", version_id)


@bp.post("/packages/<uuid:version_id>/comments/<uuid:thread_id>")
@allow(Permission.PACKAGE_UPLOAD)
def answer_comment(version_id: UUID, thread_id: UUID) -> Any:
    """The institution answers."""
    with transaction(current()):
        own(version_id)
        form = _valid()
        talks.answer(version_id, thread_id, talks.INSTITUTION, form.body.data or "")
    return _back("publishing.version", version_id)


def _valid() -> CommentForm:
    form = CommentForm()
    if not form.validate_on_submit():
        raise Refused(str(next(iter(form.errors.values()))[0]), field="body")
    return form


def _back(endpoint: str, version_id: UUID) -> Any:
    return redirect(url_for(endpoint, version_id=version_id, _anchor="talks"), 303)
