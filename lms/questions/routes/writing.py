"""The doors where questions of a bank are written one by one: new, changed, moved, seen as trainees see them."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from courses.course import Question, QuestionKind
from courses.quiz.rows import narrow
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.questions import actions, editing, queries
from lms.questions.routes.banks import ON_A_PAGE, bp
from lms.questions.rules.banks import Tagged

SAME = ("这道题里面已经有了", "改一改，或者回到题库看看")


@bp.route("/<uuid:bank_id>/questions/new", methods=["GET", "POST"])
@allow(Permission.BANK_KEEP)
def write(bank_id: UUID) -> Any:
    """Write a question into a version."""
    with transaction(current()):
        found = queries.version(bank_id, current().organisations)
    kind, typed = editing.kind_of(request.values.get("kind")), request.form
    if request.method == "GET" or "more" in typed:
        return _page(found, kind, typed, pick=True)
    built = editing.build(kind, typed)
    if not isinstance(built, Question):
        return _page(found, kind, typed, pick=True, fault=built), 422
    with transaction(current()):
        new, _ = actions.add(bank_id, [Tagged(_item(typed), built)])
    if not new:
        return _page(found, kind, typed, pick=True, fault=SAME), 422
    if "another" in typed:
        return redirect(url_for("questions.write", bank_id=bank_id, kind=kind), 303)
    return redirect(url_for("questions.bank", bank_id=bank_id, new=new, twice=0), 303)


@bp.route("/<uuid:bank_id>/questions/<uuid:question_id>", methods=["GET", "POST"])
@allow(Permission.BANK_KEEP)
def rewrite(bank_id: UUID, question_id: UUID) -> Any:
    """Change a question."""
    with transaction(current()):
        found = queries.version(bank_id, current().organisations)
        asked = queries.question(bank_id, question_id)
    kind: QuestionKind = asked.question.kind
    typed: editing.Typed = request.form
    if request.method == "GET":
        typed = editing.typed_of(asked.question)
        typed["item"] = asked.item
    if request.method == "GET" or "more" in typed:
        return _page(found, kind, typed, question_id=question_id)
    built = editing.build(kind, typed)
    if not isinstance(built, Question):
        return _page(found, kind, typed, question_id=question_id, fault=built), 422
    try:
        with transaction(current()):
            actions.change(bank_id, question_id, Tagged(_item(typed), built))
    except Refused as refusal:
        return _page(found, kind, typed, question_id=question_id, fault=(refusal.sentence, "")), 422
    return redirect(f"{url_for('questions.bank', bank_id=bank_id)}#questions", 303)


@bp.post("/<uuid:bank_id>/questions/<uuid:question_id>/move")
@allow(Permission.BANK_KEEP)
def move(bank_id: UUID, question_id: UUID) -> Any:
    """Let a question change places with its neighbour."""
    with transaction(current()):
        actions.move(bank_id, question_id, -1 if request.form.get("to") == "up" else 1)
    page = request.form.get("page", 1, type=int)
    return redirect(f"{url_for('questions.bank', bank_id=bank_id, page=page)}#questions", 303)


@bp.get("/<uuid:bank_id>/preview")
@allow(Permission.BANK_KEEP)
def preview(bank_id: UUID) -> Any:
    """A page of a version's questions as trainees would see them."""
    page = max(1, request.args.get("page", 1, type=int))
    with transaction(current()):
        found = queries.version(bank_id, current().organisations)
        asked = [view.question for view in queries.page_of(bank_id, page, ON_A_PAGE)]
    back = (url_for("questions.bank", bank_id=bank_id, page=page), found.title)
    return render_template("questions/preview.html", title=found.title, questions=asked, typed=MultiDict(), back=back)


def _page(
    found: queries.BankView,
    kind: QuestionKind,
    typed: editing.Typed,
    *,
    pick: bool = False,
    question_id: UUID | None = None,
    fault: tuple[str, str] | None = None,
) -> str:
    names: dict[str, Any] = {"bank_id": found.id, **({"question_id": question_id} if question_id else {})}
    here = url_for("questions.rewrite" if question_id else "questions.write", **names)
    back = (url_for("questions.bank", bank_id=found.id), found.title)
    title = "改这一题" if question_id else "写一道题"
    shares = {"kind": str(kind), "typed": typed, "rows": editing.rows_of(kind, typed), "fault": fault, "pick": pick}
    return render_template("questions/write.html", title=title, back=back, here=here, extra="item", **shares)


def _item(typed: editing.Typed) -> str:
    return narrow(typed.get("item", "")).rstrip(".、")[:40]
