"""What is known of people, on whose word, and the documents that show it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.accounts.models.people import SEALED
from lms.foundation.database import Dated, Identified, db


class PersonDocument(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A photograph or scan that was shown. The file is kept encrypted under `data_key`, which is sealed in turn."""

    __tablename__ = "person_document"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    file_key: Mapped[str | None]
    data_key: Mapped[bytes | None] = mapped_column(info=SEALED)
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    deleted_at: Mapped[datetime | None]


class PersonAttribute(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """One thing said of a person. It ends, it never changes; what follows is another row.

    `content` is sealed JSON (key, value); `key` stands in the open only where it is not sensitive. `slot` is a blind
    index over person and key, so that equal things are found without being readable. `rests_on`: the row it confirms.
    """

    __tablename__ = "person_attribute"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    slot: Mapped[bytes]
    key: Mapped[str | None]
    sensitive: Mapped[bool]
    content: Mapped[bytes | None] = mapped_column(info=SEALED)
    standing: Mapped[str]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("person_document.id"))
    rests_on: Mapped[UUID | None] = mapped_column(ForeignKey("person_attribute.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_why: Mapped[str | None]
