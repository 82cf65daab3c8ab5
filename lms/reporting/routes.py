"""The inbox of every role, and deciding several items at once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.foundation.todo import Source
from lms.reporting import actions, queries
from lms.reporting.actions import Chosen

bp = Blueprint("reporting", __name__)

ON_A_PAGE = 50
ALIKE = "一次只能一起办同一种事项，在上面选好事项再勾"


@bp.get("/inbox")
@allow(Permission.INBOX_READ)
def inbox() -> Any:
    """What waits for oneself, what is due first in front."""
    return _inbox(request.args)


@bp.post("/inbox/batch")
@allow(Permission.INBOX_READ)
def batch() -> Any:
    """Show the items that were ticked once more, with what can be said to them."""
    try:
        source, chosen = _chosen()
    except Refused as refusal:
        return _inbox(MultiDict(), refusal.sentence), 422
    return _confirm(source, chosen, "")


@bp.post("/inbox/batch/decide")
@allow(Permission.INBOX_READ)
def decide() -> Any:
    """Decide the items one by one, and tell what came of each."""
    try:
        source, chosen = _chosen()
    except Refused as refusal:
        return _inbox(MultiDict(), refusal.sentence), 422
    verdict, reason = request.form.get("verdict", ""), request.form.get("reason", "").strip()[:500]
    problem = _problem(source, verdict, reason)
    if problem:
        return _confirm(source, chosen, problem), 422
    results = actions.decide_each(source, chosen, approve=verdict == "yes", reason=reason, principal=current())
    said = source.batch.yes if verdict == "yes" else source.batch.no  # type: ignore[union-attr]
    return render_template("reporting/batch_done.html", results=results, said=said, kind=source.kind)


def _inbox(asked: MultiDict[str, str], problem: str = "") -> str:
    kind, plan = asked.get("kind", ""), asked.get("plan", "")
    first = max(1, asked.get("n", 1, type=int) or 1)
    narrow: dict[str, Any] = {"kind": kind, "plan_code": plan, "mine": asked.get("mine") == "1"}
    with transaction(current()):
        found = queries.inbox(current(), **narrow, begin=asked.get("from", ""), size=ON_A_PAGE)
        titles = queries.plan_titles()
    shows = {"kind": kind, "plan": plan, "mine": narrow["mine"], "first": first, "titles": titles, "problem": problem}
    return render_template("reporting/inbox.html", inbox=found, form=FlaskForm(), **shows)


def _chosen() -> tuple[Source, list[Chosen]]:
    """The ticked items, all of one kind that the principal may decide on; raises Refused."""
    ticked = [value.split("~", 3) for value in request.form.getlist("item")]
    kinds = {value[0] for value in ticked}
    if not ticked:
        raise Refused("先在左边勾上要一起办的事项")
    if len(kinds) > 1:
        raise Refused(ALIKE)
    source = queries.source(kinds.pop(), current())
    if source is None or source.batch is None:
        raise Refused("这种事项要一件一件看")
    if len(ticked) > actions.MOST:
        raise Refused(f"一次最多一起办 {actions.MOST} 件")
    try:
        return source, [Chosen(UUID(i), datetime.fromisoformat(since), title) for _, i, since, title in ticked]
    except ValueError:
        raise Refused("这一页打开太久了，刷新再勾一遍") from None


def _problem(source: Source, verdict: str, reason: str) -> str:
    if verdict not in ("yes", "no") or (verdict == "no" and not source.batch.no):  # type: ignore[union-attr]
        return "两个里选一个"
    return "写一句为什么退回，对方才知道改哪里" if verdict == "no" and not reason else ""


def _confirm(source: Source, chosen: list[Chosen], problem: str) -> str:
    shows = {"source": source, "chosen": chosen, "problem": problem, "typed": request.form, "form": FlaskForm()}
    return render_template("reporting/batch.html", **shows)
