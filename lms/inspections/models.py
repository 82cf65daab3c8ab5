"""Tables of inspection. Only this capability writes them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db

SEALED = {"sealed": True}


class InspectionSample(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A draw of classes and people, and the seed by which anybody draws the same again; append-only.

    `drawn` lists what was drawn from: [class id, people drawn]. `population` is how many classes there were.
    """

    __tablename__ = "inspection_sample"

    region_code: Mapped[str]
    plan_code: Mapped[str | None]
    title: Mapped[str]
    seed: Mapped[str]
    drawn_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    classes: Mapped[int]
    people_per_class: Mapped[int]
    population: Mapped[int]
    drawn: Mapped[list[Any]]
    leaf_id: Mapped[int] = mapped_column(BigInteger)
    leaf_hash: Mapped[bytes]


class Placed:
    """A row of a class: the institution, the region and the plan."""

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[str]
    plan_code: Mapped[str]


class Inspection(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """One thing to look at: a telephone call, a visit, a look from afar, a complaint. `words` is sealed."""

    __tablename__ = "inspection"

    sample_id: Mapped[UUID | None] = mapped_column(ForeignKey("inspection_sample.id"), index=True)
    kind: Mapped[str]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    complainant_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    words: Mapped[bytes | None] = mapped_column(info=SEALED)
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    due_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class InspectionRecord(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """What was seen or heard: answers on the telephone, a visit, a spot quiz, a note; only added. `content` is sealed JSON."""

    __tablename__ = "inspection_record"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"), index=True)
    kind: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    content: Mapped[bytes] = mapped_column(info=SEALED)
    score: Mapped[int | None] = mapped_column(SmallInteger)
    written_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    leaf_id: Mapped[int] = mapped_column(BigInteger)
    leaf_hash: Mapped[bytes]


class InspectionFinding(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """What an inspection came to, one after the other; the last stands; append-only."""

    __tablename__ = "inspection_finding"
    __table_args__ = (UniqueConstraint("inspection_id", "number"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    number: Mapped[int]
    outcome: Mapped[str]
    words: Mapped[str]
    due_on: Mapped[date | None]
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    leaf_id: Mapped[int] = mapped_column(BigInteger)
    leaf_hash: Mapped[bytes]


class Rectification(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """What an institution says it has mended, once for each finding that asked for it; append-only."""

    __tablename__ = "rectification"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"), index=True)
    finding_id: Mapped[UUID] = mapped_column(ForeignKey("inspection_finding.id"), unique=True)
    words: Mapped[str]
    document_id: Mapped[UUID | None]
    sent_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    leaf_id: Mapped[int] = mapped_column(BigInteger)
    leaf_hash: Mapped[bytes]
