"""The shell of a document lesson on the content host: a PDF or pages of HTML, opened where the person last was."""

from flask import render_template

from lms.config import settings
from lms.foundation.database import transaction
from lms.learning.queries.launches import CONTENT, LaunchView, last_place
from lms.learning.routes.content_host import shell
from lms.learning.rules import isolation
from lms.publishing import queries as publishing


@shell("document")
def document(launch: LaunchView, token: str) -> str:
    """The page around a document; its reader loads after the first paint."""
    with transaction(CONTENT):
        lesson = publishing.lesson(launch.lesson_id)
        place = last_place(launch)
    return render_template(
        "content/document.html",
        title=launch.lesson_title,
        type="pdf" if lesson.settings.get("type") == "pdf" else "html",
        src=f"/c/{token}/{launch.entry}",
        place=place,
        size="",
        sandbox=isolation.SANDBOX,
        app_origin=settings().app_origin,
    )
