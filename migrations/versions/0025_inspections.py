"""Inspection: samples, call-backs, visits, complaints, findings, rectification."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lms.foundation import tenancy

revision = "0025"
down_revision = "0024"

TIME = sa.DateTime(timezone=True)
OURS = "lms_in_scope(region_code, plan_code)"
THEIRS = f"tenant_id = any(lms_tenants()) or {OURS}"
# Records are only added too, but their sealed words are sealed anew when the key is turned: nothing else of a row may change.
KEPT = f"""
revoke delete, truncate on inspection_record from {tenancy.APPLICATION_ROLE};
create function inspection_record_kept() returns trigger language plpgsql as $$ begin
  if tg_op = 'DELETE' or to_jsonb(old) - 'content' is distinct from to_jsonb(new) - 'content' then
    raise exception 'rows of inspection_record are added, never changed' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger inspection_record_kept before update or delete on inspection_record
  for each row execute function inspection_record_kept();
"""
TABLES = ("inspection_sample", "inspection", "inspection_record", "inspection_finding", "rectification")


def upgrade() -> None:
    _sample()
    _inspection()
    _record()
    _finding()
    _rectification()
    tenancy.protect(op, "inspection_sample", "lms_in_scope(region_code, coalesce(plan_code, ''))")
    # Before there is a finding an inspection is nobody's business but the authority's: a visit is unannounced.
    found = "exists (select from inspection_finding f where f.inspection_id = inspection.id)"
    mine = "complainant_id = lms_person()"
    tenancy.protect(op, "inspection", f"{OURS} or {mine} or (tenant_id = any(lms_tenants()) and {found})")
    tenancy.protect(op, "inspection_record", OURS)
    for table in ("inspection_finding", "rectification"):
        tenancy.protect(op, table, THEIRS)
    for table in ("inspection_sample", "inspection_finding", "rectification"):
        tenancy.append_only(op, table)
    op.execute(KEPT)


def _row(name: str, *columns: sa.schema.SchemaItem, tenant: bool = True) -> None:
    placed = [sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False)] if tenant else []
    op.create_table(
        name,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        *placed,
        sa.Column("region_code", sa.Text, nullable=False),
        sa.Column("plan_code", sa.Text, nullable=not tenant),
        *columns,
    )


def _text(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _to(name: str, target: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid, sa.ForeignKey(target), nullable=nullable)


def _leaf() -> list[sa.Column]:
    return [
        sa.Column("leaf_id", sa.BigInteger, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
    ]


def _sample() -> None:
    _row(
        "inspection_sample",
        *_text("title", "seed"),
        _to("drawn_by", "person.id"),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("classes", "people_per_class", "population")),
        sa.Column("drawn", JSONB, nullable=False),
        *_leaf(),
        sa.CheckConstraint("classes > 0 and people_per_class >= 0 and population >= 0", name="figures"),
        tenant=False,
    )


def _inspection() -> None:
    _row(
        "inspection",
        _to("sample_id", "inspection_sample.id", nullable=True),
        *_text("kind"),
        _to("cohort_id", "cohort.id"),
        _to("person_id", "person.id", nullable=True),
        _to("complainant_id", "person.id", nullable=True),
        sa.Column("words", sa.LargeBinary),
        _to("opened_by", "person.id"),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("closed_at", TIME),
        sa.CheckConstraint("kind in ('call', 'visit', 'online', 'complaint')", name="kind"),
        sa.CheckConstraint("kind <> 'call' or person_id is not null", name="call"),
        sa.CheckConstraint("(kind = 'complaint') = (words is not null)", name="complaint"),
    )
    still_open = sa.text("closed_at is null")
    op.create_index("ix_inspection_due_at", "inspection", ["due_at"], postgresql_where=still_open)
    op.create_index("ix_inspection_cohort_id", "inspection", ["cohort_id"])
    op.create_index("ix_inspection_sample_id", "inspection", ["sample_id"])
    op.create_index("ix_inspection_complainant_id", "inspection", ["complainant_id"])


def _record() -> None:
    _row(
        "inspection_record",
        _to("inspection_id", "inspection.id"),
        *_text("kind"),
        _to("person_id", "person.id", nullable=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("score", sa.SmallInteger),
        _to("written_by", "person.id"),
        *_leaf(),
        sa.CheckConstraint("kind in ('call', 'visit', 'quiz', 'note')", name="kind"),
        sa.CheckConstraint("score between 0 and 100", name="score"),
    )
    op.create_index("ix_inspection_record_inspection_id", "inspection_record", ["inspection_id"])


def _finding() -> None:
    _row(
        "inspection_finding",
        _to("inspection_id", "inspection.id"),
        sa.Column("number", sa.Integer, nullable=False),
        *_text("outcome", "words"),
        sa.Column("due_on", sa.Date),
        _to("decided_by", "person.id"),
        *_leaf(),
        sa.UniqueConstraint("inspection_id", "number"),
        sa.CheckConstraint("outcome in ('clear', 'rectify', 'hold', 'mended', 'again')", name="outcome"),
        sa.CheckConstraint("(outcome in ('rectify', 'again')) = (due_on is not null)", name="due"),
    )


def _rectification() -> None:
    _row(
        "rectification",
        _to("inspection_id", "inspection.id"),
        _to("finding_id", "inspection_finding.id"),
        *_text("words"),
        _to("document_id", "person_document.id", nullable=True),
        _to("sent_by", "person.id"),
        *_leaf(),
        sa.UniqueConstraint("finding_id"),
    )
    op.create_index("ix_rectification_inspection_id", "rectification", ["inspection_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("drop function inspection_record_kept()")
