"""Tables of cohorts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lms.foundation import tenancy

revision = "0006"
down_revision = "0005"

TIME = sa.DateTime(timezone=True)
OWN = "tenant_id = any(lms_tenants())"
SCOPE = "lms_in_scope(region_code, plan_code)"
# A trainee sees the classes they are in; a policy of enrolment must therefore not ask cohort, or the two would ask each other.
IN_IT = "exists (select from enrolment e where e.cohort_id = cohort.id and e.person_id = lms_person())"


def upgrade() -> None:
    _cohort()
    _roster_import()
    _enrolment()
    _decision()
    tenancy.protect(op, "cohort", f"{OWN} or (state <> 'draft' and {SCOPE}) or {IN_IT}")
    tenancy.protect(op, "enrolment", f"person_id = lms_person() or {OWN} or {SCOPE}")
    tenancy.protect(op, "roster_import", OWN)
    tenancy.protect(op, "cohort_decision", f"{OWN} or {SCOPE}")
    tenancy.append_only(op, "cohort_decision")


def _person(name: str) -> sa.Column:
    return sa.Column(name, sa.Uuid, sa.ForeignKey("person.id"))


def _required(kind: sa.types.TypeEngine, *names: str) -> list[sa.Column]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _head() -> list[sa.Column]:
    organisation = sa.ForeignKey("organisation.id")
    return [
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("tenant_id", sa.Uuid, organisation, nullable=False),
    ]


def _cohort() -> None:
    op.create_table(
        "cohort",
        *_head(),
        *_required(sa.Text(), "code", "title", "region_code", "teacher", "place", "state"),
        sa.Column("programme_code", sa.Text, sa.ForeignKey("programme.code"), nullable=False),
        sa.Column("plan_code", sa.Text, sa.ForeignKey("plan.code"), nullable=False),
        sa.Column("version_id", sa.Uuid, sa.ForeignKey("package_version.id"), nullable=False),
        *_required(sa.Date(), "starts_on", "ends_on"),
        *_required(sa.Integer(), "planned_class_hours"),
        _person("created_by"),
        _person("filed_by"),
        *(sa.Column(name, TIME) for name in ("filed_at", "opened_at", "closed_at")),
        sa.UniqueConstraint("tenant_id", "code"),
        sa.UniqueConstraint("id", "tenant_id", "region_code", "plan_code"),
        sa.CheckConstraint("state in ('draft', 'filed', 'returned', 'open', 'closed')", name="state"),
        sa.CheckConstraint("starts_on <= ends_on and planned_class_hours >= 0", name="terms"),
        sa.CheckConstraint("state in ('draft', 'returned') or filed_at is not null", name="filed"),
        sa.CheckConstraint("state not in ('open', 'closed') or opened_at is not null", name="opened"),
    )
    op.create_index("ix_cohort_state_region_code", "cohort", ["state", "region_code", "plan_code"])


def _roster_import() -> None:
    op.create_table(
        "roster_import",
        *_head(),
        sa.Column("cohort_id", sa.Uuid, sa.ForeignKey("cohort.id"), nullable=False, index=True),
        _person("created_by"),
        *_required(sa.Text(), "file_name", "state"),
        sa.Column("content", sa.LargeBinary),
        *_required(sa.Integer(), "new", "known", "enrolled_before", "refused", "passed_over"),
        sa.Column("enrolled", sa.Integer),
        sa.Column("imported_at", TIME),
        sa.CheckConstraint("state in ('previewed', 'imported', 'replaced')", name="state"),
        sa.CheckConstraint("(state = 'imported') = (imported_at is not null)", name="imported"),
    )


def _enrolment() -> None:
    op.create_table(
        "enrolment",
        *_head(),
        *_required(sa.Text(), "region_code", "plan_code"),
        sa.Column("cohort_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("import_id", sa.Uuid, sa.ForeignKey("roster_import.id")),
        sa.Column("row", sa.Integer, nullable=False, server_default="0"),
        sa.Column("details", sa.LargeBinary),
        sa.UniqueConstraint("cohort_id", "person_id"),
        sa.ForeignKeyConstraint(
            ["cohort_id", "tenant_id", "region_code", "plan_code"],
            ["cohort.id", "cohort.tenant_id", "cohort.region_code", "cohort.plan_code"],
            onupdate="cascade",
        ),
    )


def _decision() -> None:
    op.create_table(
        "cohort_decision",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        *_required(sa.Text(), "region_code", "plan_code", "verdict", "reason"),
        sa.Column("cohort_id", sa.Uuid, sa.ForeignKey("cohort.id"), nullable=False, index=True),
        sa.Column("filed_by", sa.Uuid),
        sa.Column("decided_by", sa.Uuid),
        *_required(TIME, "filed_at", "decided_at"),
        *_required(sa.Integer(), "people"),
        *_required(JSONB(), "terms"),
        *_required(sa.BigInteger(), "leaf_id"),
        *_required(sa.LargeBinary(), "leaf_hash"),
        sa.CheckConstraint("verdict in ('opened', 'returned')", name="verdict"),
        sa.CheckConstraint("decided_by is distinct from filed_by", name="two_people"),
        sa.UniqueConstraint("cohort_id", "filed_at"),
    )


def downgrade() -> None:
    for table in ("cohort_decision", "enrolment", "roster_import", "cohort"):
        op.drop_table(table)
