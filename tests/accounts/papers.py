"""Something said of xiulan with a document that shows it, for tests that need one of each."""

from uuid import UUID

from lms.accounts.actions import attributes, documents
from lms.accounts.rules.attributes import Said
from lms.foundation.database import transaction
from tests.people import Cast

PICTURE = b"\x89PNG\r\n\x1a\n" + b"a made-up scan" * 40


def papers_of(cast: Cast) -> dict[str, UUID]:
    """Ids of the person, of what she claims and of the document she showed."""
    prepared, oneself = documents.prepare(PICTURE), cast.principal("xiulan")
    documents.keep(prepared)
    with transaction(oneself):
        document_id = documents.record(prepared, cast.xiulan, "proof", oneself)
        attribute_id = attributes.claim(Said("veteran", "yes"), oneself, document_id)
    return {"person_id": cast.xiulan, "attribute_id": attribute_id, "document_id": document_id}
