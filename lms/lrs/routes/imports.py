"""Pages about imports: a file of statements goes in, a report for each line comes out."""

from typing import Any
from uuid import UUID, uuid4

from flask import redirect, render_template, request, url_for

from lms.foundation.database import transaction
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.lrs import importing, outlook
from lms.lrs.forms import LARGEST_IMPORT, ImportForm
from lms.lrs.routes.keys import choices_into
from lms.lrs.routes.pages import pages

EXCHANGE = Permission.RECORD_EXCHANGE


@pages.url_value_preprocessor
def take_a_large_file(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """The upload alone may be large; runs before anything reads the form."""
    if endpoint == "records.receive_import":
        request.max_content_length = LARGEST_IMPORT + (1 << 20)


@pages.get("/record-imports")
@allow(EXCHANGE)
def imports() -> Any:
    """What was imported before, and a form."""
    form = ImportForm(formdata=None, token=str(uuid4()))
    return _page(form)


@pages.post("/record-imports")
@allow(EXCHANGE)
def receive_import() -> Any:
    """Keep the file, then queue the work."""
    form = ImportForm()
    choices_into(form)
    if not form.validate_on_submit():
        return _page(form), 422
    file = form.file.data
    with file.stream as stream:
        key = importing.store_file(stream)
    with transaction(current()):
        made = importing.ask(form.tenant, file.filename or "", key, form.version.data, form.token.data)
    return redirect(url_for("records.import_page", record_import_id=made), 303)


@pages.get("/record-imports/<uuid:record_import_id>")
@allow(EXCHANGE)
def import_page(record_import_id: UUID) -> Any:
    """Progress, then what became of each line."""
    with transaction(current()):
        found, lines, job = importing.view(record_import_id, outlook.tenants_answered_for(current()))
    return render_template("lrs/import.html", found=found, lines=lines, job=job, most=importing.MOST_TOLD)


def _page(form: ImportForm) -> str:
    tenants = choices_into(form)
    with transaction(current()):
        found = importing.views(tenants)
    return render_template("lrs/imports.html", form=form, found=found, tenants=tenants)
