"""/api/cmi5: courses, launches, waivers and endings for systems outside, in JSON, by a key made for it (docs/cmi5.md)."""

import shutil
import tempfile
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import msgspec
from flask import Blueprint, Response, g, jsonify, request
from flask.blueprints import BlueprintSetupState

from courses.course import Finding, Format, Level
from courses.course import Refused as PackageRefused
from courses.packages import Upload
from lms.config import settings
from lms.foundation.database import transaction
from lms.foundation.errors import LMSError, NotFound
from lms.foundation.permissions import Access, allow
from lms.foundation.principal import current
from lms.learning import cmi5_forms as forms
from lms.learning.actions import opening
from lms.learning.actions.cmi5 import ending
from lms.learning.actions.cmi5.keys import SCOPE
from lms.learning.queries import cmi5 as queries
from lms.learning.rules.cmi5.satisfaction import Node, nodes
from lms.lrs import issuing
from lms.publishing import queries as publishing
from lms.publishing.importing import import_now

bp = Blueprint("cmi5", __name__, url_prefix="/api/cmi5")

LARGEST_PACKAGE = 500 << 20
TYPES = {
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "text/xml": ".xml",
    "application/xml": ".xml",
}


class WrongKey(LMSError):
    """The key is good, and was made for something else (403)."""

    status = 403
    code = "wrong_key"
    default = "这把密钥不是给课程接口用的。请管理员用 lms cmi5-key 另做一把"


class WrongType(LMSError):
    """The body is no package (415)."""

    status = 415
    code = "wrong_type"
    default = "只收 cmi5 课程包：application/zip 或 text/xml"


@bp.record_once
def _wire(state: BlueprintSetupState) -> None:
    """Forms from pages never come here."""
    if "csrf" in state.app.extensions:
        state.app.extensions["csrf"].exempt(bp)


@bp.after_request
def _ask_for_key(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="cmi5"'
    return response


@bp.post("/courses")
@allow(Access.LRS_KEY)
def import_course() -> Any:
    """Take in a package (the raw body); 422 with every reason where it is none."""
    tenant_id = _tenant()
    suffix = TYPES.get((request.mimetype or "").lower())
    if suffix is None:
        raise WrongType()
    request.max_content_length = LARGEST_PACKAGE
    with transaction(current()):
        person_id = issuing.answers_for(g.lrs_caller.key_id)
    if person_id is None:
        raise WrongKey()
    room = settings().data / "incoming"
    room.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=room, ignore_cleanup_errors=True) as folder:
        path = Path(folder) / f"package{suffix}"
        with path.open("wb") as file:
            shutil.copyfileobj(request.stream, file, 1 << 20)
        try:
            version_id = import_now(
                tenant_id,
                Upload(path, f"course{suffix}"),
                request.args.get("title", "")[:60],
                person_id=person_id,
                formats=(Format.CMI5,),
            )
        except PackageRefused as refused:
            return _refused(refused.findings)
    with transaction(current()):
        return jsonify(_course(version_id)), 201


@bp.get("/courses/<uuid:version_id>")
@allow(Access.LRS_KEY)
def course(version_id: UUID) -> Any:
    """A course of cmi5 and its AUs in their order."""
    _tenant()
    with transaction(current()):
        return jsonify(_course(version_id))


@bp.post("/courses/<uuid:version_id>/launches")
@allow(Access.LRS_KEY)
def launch(version_id: UUID) -> Any:
    """Where to send the browser of an outside actor; the session begins now."""
    _tenant()
    asked = forms.launch_of(request.get_data(cache=False))
    with transaction(current()):
        au = _au(_own(version_id).id, asked.au)
        opened = opening.open_external(version_id, au.id, asked.actor, asked.registration, asked.mode, asked.return_url)
    method = au.settings.get("launch_method") or "AnyWindow"
    said = {"url": opened.url, "registration": str(opened.registration), "session": str(opened.launch_id)}
    return jsonify({**said, "launchMethod": method}), 201


@bp.get("/registrations/<uuid:registration_id>")
@allow(Access.LRS_KEY)
def registration(registration_id: UUID) -> Any:
    """What is completed, passed, waived and satisfied, and the sessions."""
    tenant_id = _tenant()
    with transaction(current()):
        found = queries.standing(registration_id, tenant_id)
        version, aus = publishing.version(found.version_id), _aus(found.version_id)
    return jsonify(
        registration=str(found.id),
        course=str(found.version_id),
        satisfied=found.satisfied_at is not None,
        aus=[_au_told(index, au, found) for index, au in enumerate(aus)],
        blocks=[_node_told(node, found) for node in nodes(version.structure) if not node.is_course],
        sessions=[_session_told(session) for session in found.sessions],
    )


@bp.post("/registrations/<uuid:registration_id>/waivers")
@allow(Access.LRS_KEY)
def waive(registration_id: UUID) -> Any:
    """Waive an AU for a registration, with a reason."""
    tenant_id, asked = _tenant(), forms.waiver_of(request.get_data(cache=False))
    with transaction(current()):
        by = issuing.answers_for(g.lrs_caller.key_id)
        session_id = ending.waive(registration_id, asked.au_index, asked.reason.strip(), tenant_id, by)
    return jsonify(session=str(session_id)), 201


@bp.post("/sessions/<uuid:session_id>/abandonment")
@allow(Access.LRS_KEY)
def abandon(session_id: UUID) -> Any:
    """End a session that its AU will not end."""
    tenant_id = _tenant()
    with transaction(current()):
        ending.abandon(session_id, tenant_id, issuing.answers_for(g.lrs_caller.key_id))
    return jsonify(session=str(session_id), abandoned=True), 201


def _tenant() -> UUID:
    """Whose key it is; raises WrongKey for one that was made for something else."""
    if SCOPE not in g.lrs_caller.scopes:
        raise WrongKey()
    return cast(UUID, g.lrs_caller.tenant_id)


def _own(version_id: UUID) -> publishing.VersionView:
    """A cmi5 course of the key's own organisation; raises NotFound."""
    found = publishing.version(version_id)
    if found.tenant_id != _tenant() or found.format != Format.CMI5:
        raise NotFound("没有这门 cmi5 课程，或者它不归这把密钥管")
    return found


def _aus(version_id: UUID) -> list[publishing.LessonView]:
    lessons = [lesson for lesson in publishing.lessons(version_id) if lesson.kind == "au"]
    return sorted(lessons, key=lambda lesson: lesson.number)


def _au(version_id: UUID, index: int) -> publishing.LessonView:
    aus = _aus(version_id)
    if index >= len(aus):
        raise NotFound(f"这门课有 {len(aus)} 个 AU，auIndex 从 0 数起")
    return aus[index]


def _course(version_id: UUID) -> dict[str, Any]:
    version = _own(version_id)
    aus = [
        {
            "index": index,
            "title": au.title,
            "publisherId": au.identifier,
            "launchMethod": au.settings.get("launch_method") or "AnyWindow",
            "moveOn": au.settings.get("move_on") or "NotApplicable",
        }
        for index, au in enumerate(_aus(version_id))
    ]
    return {"id": str(version.id), "title": version.title, "publisherId": version.identifier, "aus": aus}


def _refused(findings: tuple[Finding, ...]) -> Response:
    reasons = [finding.as_json() for finding in findings if finding.level is Level.REFUSAL]
    first = f"{reasons[0]['where']}：{reasons[0]['what']}" if reasons else ""
    said = {"error": "package_refused", "message": f"这个课程包没有收下。{first}", "findings": reasons}
    return Response(msgspec.json.encode(said), 422, content_type="application/json")


def _au_told(index: int, au: publishing.LessonView, found: queries.RegistrationView) -> dict[str, Any]:
    standing = found.aus.get(au.id)
    said = {"completed": "completed_at", "passed": "passed_at", "waived": "waived_at", "satisfied": "satisfied_at"}
    told = {word: standing is not None and getattr(standing, name) is not None for word, name in said.items()}
    told["satisfied"] = told["satisfied"] or au.settings.get("move_on", "NotApplicable") == "NotApplicable"
    return {"index": index, "title": au.title, "publisherId": au.identifier, **told}


def _node_told(node: Node, found: queries.RegistrationView) -> dict[str, Any]:
    return {"publisherId": node.publisher_id, "title": node.title, "satisfied": node.key in found.told}


def _session_told(session: queries.SessionView) -> dict[str, Any]:
    state = "abandoned" if session.abandoned_at else "terminated" if session.terminated_at else "open"
    return {"session": str(session.id), "launched": session.launched_at.isoformat(), "state": state}
