"""Pages on which staff and authorities read learning records; each look is entered in the audit."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, request, stream_with_context, url_for

from lms.accounts import queries as accounts
from lms.accounts.actions import audit
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.lrs import outlook, reading
from lms.lrs.forms import PersonForm, ReasonForm
from lms.lrs.outlook import Class
from lms.lrs.routes.pages import pages
from lms.lrs.rules.parameters import Question
from lms.lrs.rules.vocabulary import WRITTEN, Verb

READ = Permission.RECORD_READ
JSON_LINES = "application/x-ndjson"


@dataclass(frozen=True)
class Filters:
    """What the address asks for; what makes no sense counts as not asked."""

    cohort: UUID | None
    person: UUID | None
    lesson: str | None
    verb: Verb | None
    since: date | None
    until: date | None
    before: int | None

    @classmethod
    def asked(cls) -> "Filters":
        """Of the request that is being answered."""
        args = request.args
        return cls(
            args.get("cohort", type=UUID),
            args.get("person", type=UUID),
            args.get("lesson") or None,
            args.get("verb", type=Verb),
            args.get("since", type=date.fromisoformat),
            args.get("until", type=date.fromisoformat),
            args.get("before", type=int),
        )

    @property
    def address(self) -> dict[str, str]:
        """The same as parts of an address, the page left out."""
        named = {name: getattr(self, name) for name in ("cohort", "person", "lesson", "verb", "since", "until")}
        return {name: str(value) for name, value in named.items() if value is not None}

    def question(self, cohort: Class) -> Question:
        """What the store is asked."""
        return Question(
            agent=reading.agent_of(self.person) if self.person else None,
            verb=self.verb.value if self.verb else None,
            activity=self.lesson,
            within=reading.class_iri(cohort.id),
            since=reading.since(self.since),
            until=reading.until(self.until),
            cursor=self.before,
        )


@pages.get("/records")
@allow(READ)
def browse() -> Any:
    """The records of a class, newest first."""
    return _page(Filters.asked(), PersonForm(formdata=None))


@pages.post("/records/classes/<uuid:cohort_id>/people")
@allow(READ)
def find_person(cohort_id: UUID) -> Any:
    """Look for somebody of a class by name; one who is found alone is shown at once."""
    form = PersonForm()
    filters = Filters(cohort_id, None, None, None, None, None, None)
    with transaction(current()):
        _chosen(cohort_id)
        people = accounts.people(list(outlook.outlook().members(cohort_id)))
    if not form.validate_on_submit():
        return _page(filters, form), 422
    found = sorted((view for view in people.values() if view.name == form.name.data), key=lambda view: str(view.id))
    if len(found) == 1:
        return redirect(url_for("records.browse", cohort=cohort_id, person=found[0].id), 303)
    if not found:
        form.name.errors = ["这个班里没有这个名字，看看是不是写错字，或者在别的班"]
        return _page(filters, form), 422
    return _page(filters, form, alike=found)


@pages.get("/records/classes/<uuid:cohort_id>/<uuid:statement_id>")
@allow(READ)
def statement(cohort_id: UUID, statement_id: UUID) -> Any:
    """One record with its JSON."""
    with transaction(current()):
        cohort = _chosen(cohort_id)
        item, text = reading.one(cohort.tenant_id, statement_id, reading.class_iri(cohort.id))
        people = accounts.people([item.person_id] if item.person_id else [])
        whose = f" of person {item.person_id}" if item.person_id in people else ""
        audit("record:read", subject=f"statement {statement_id}{whose}", reason="看一条学习记录的原文")
    return render_template("lrs/statement.html", item=item, text=text, cohort=cohort, people=people)


@pages.post("/records/people/<uuid:person_id>/file")
@allow(READ)
def person_file(person_id: UUID) -> Any:
    """A person's records in the classes that the reader answers for, as JSON Lines; a reason is asked for and kept."""
    form = ReasonForm()
    with transaction(current()):
        person = accounts.person(person_id)
        places = outlook.outlook().places(person_id)
        if not places:
            raise NotFound()
        if form.validate_on_submit():
            audit("record:export", subject=f"person {person_id}", reason=form.reason.data)
    if form.errors:
        return render_template("lrs/reason.html", form=form, person=person), 422
    agent = reading.agent_of(person_id)
    parts = [(p.tenant_id, Question(agent=agent, within=reading.class_iri(p.cohort_id))) for p in places]
    return as_file(reading.stream(current(), parts), person_id)


def as_file(lines: Any, person_id: UUID) -> Response:
    """JSON Lines as a download that is not kept on the way."""
    answer = Response(stream_with_context(lines), mimetype=JSON_LINES)
    answer.headers["Content-Disposition"] = f'attachment; filename="records-{str(person_id)[:8]}.jsonl"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(filters: Filters, form: PersonForm, alike: Any = ()) -> str:
    with transaction(current()):
        classes = outlook.outlook().classes()
        if not classes:
            return render_template("lrs/browse.html", classes=(), form=form, filters=filters)
        cohort = _chosen(filters.cohort or classes[0].id)
        found = reading.page(cohort.tenant_id, filters.question(cohort))
        people = accounts.people({item.person_id for item in found.items if item.person_id} | _asked_for(filters))
        lessons = reading.lessons(cohort.tenant_id)
        audit("record:browse", subject=_subject(filters, cohort), reason="看学习记录")
    shares = {"classes": classes, "cohort": cohort, "found": found, "people": people, "lessons": lessons}
    return render_template(
        "lrs/browse.html", **shares, form=form, filters=filters, verbs=WRITTEN, alike=alike, why=ReasonForm(None)
    )


def _asked_for(filters: Filters) -> set[UUID]:
    return {filters.person} if filters.person else set()


def _subject(filters: Filters, cohort: Class) -> str:
    return f"person {filters.person}" if filters.person else f"cohort {cohort.id}"


def _chosen(cohort_id: UUID | None) -> Class:
    """A class that the reader answers for; raises NotFound."""
    for found in outlook.outlook().classes():
        if found.id == cohort_id:
            return found
    raise NotFound()
