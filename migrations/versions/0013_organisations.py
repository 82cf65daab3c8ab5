"""Organisations: credit codes, staff, work lent, second looks, papers, teachers; departments in the scope."""

import sqlalchemy as sa
from alembic import op

from lms.foundation import tenancy

revision = "0013"
down_revision = "0012"

TIME = sa.DateTime(timezone=True)
ROLES = "role in ('clerk', 'approver', 'lead', 'administrator', 'export_officer', 'auditor')"
PLAN_KINDS = "kind in ('institution', 'enterprise')"
STAFF = "organisation_id = any(lms_tenants())"
OWN = "tenant_id = any(lms_tenants())"
PLACED = "lms_in_scope(region_code, plan_code)"
# A teacher has no plan of their own: who sees the school's papers sees its teachers.
SCHOOL_SEEN = """exists (select from organisation_plan p
  where p.organisation_id = teacher.tenant_id and lms_in_scope(p.region_code, p.plan_code))"""
TABLES = (
    "teacher", "organisation_qualification", "second_look", "delegation", "staff_handover", "staff_invitation",
    "organisation_application", "organisation_plan", "organisation_former_name",
)  # fmt: skip


def upgrade() -> None:
    op.execute(tenancy.SCOPE_WITH_DEPARTMENT)
    _organisation()
    _application()
    _membership()
    _invitation()
    _handover()
    _delegation()
    _second_look()
    _qualification()
    _teacher()
    _waiting()


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    head = [sa.Column("id", sa.Uuid, primary_key=True), sa.Column("created_at", TIME, nullable=False)]
    op.create_table(name, *head, *columns)


def _organisation_column(name: str = "organisation_id", nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid, sa.ForeignKey("organisation.id"), nullable=nullable, index=True)


def _person(name: str, nullable: bool = True, index: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid, sa.ForeignKey("person.id"), nullable=nullable, index=index)


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _plan() -> sa.Column:
    return sa.Column("plan_code", sa.Text, sa.ForeignKey("plan.code"), nullable=False)


def _organisation() -> None:
    op.add_column("organisation", sa.Column("credit_code", sa.Text, unique=True))
    op.add_column("organisation", sa.Column("institution_kind", sa.Text))
    op.add_column("authority_scope", sa.Column("department", sa.Text))
    op.drop_constraint("uq_authority_scope_organisation_id_region_plan_code", "authority_scope")
    op.create_unique_constraint(
        "uq_authority_scope", "authority_scope", ["organisation_id", "region", "department", "plan_code"],
        postgresql_nulls_not_distinct=True,
    )  # fmt: skip
    _table(
        "organisation_former_name",
        _organisation_column(),
        *_texts("name", "reason"),
        sa.Column("until", sa.Date, nullable=False),
        _person("changed_by"),
    )
    tenancy.append_only(op, "organisation_former_name")
    op.create_table(
        "organisation_plan",
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id"), primary_key=True),
        sa.Column("plan_code", sa.Text, sa.ForeignKey("plan.code"), primary_key=True),
        sa.Column("region_code", sa.Text, nullable=False),
    )
    op.create_index("ix_organisation_plan_region_code", "organisation_plan", ["region_code", "plan_code"])
    tenancy.protect(op, "organisation_plan", f"{STAFF} or {PLACED}")


def _application() -> None:
    _table(
        "organisation_application",
        *_texts("kind", "name", "credit_code", "region_code"),
        _plan(),
        sa.Column("institution_kind", sa.Text),
        *_texts("lead_name", "lead_id_mask", "lead_phone_mask", "state", "reason"),
        *(sa.Column(name, sa.LargeBinary) for name in ("lead_id_number", "lead_phone")),
        _person("decided_by"),
        sa.Column("decided_at", TIME),
        _organisation_column(nullable=True),
        sa.CheckConstraint("state in ('waiting', 'accepted', 'refused')", name="state"),
        sa.CheckConstraint(PLAN_KINDS, name="kind"),
        sa.CheckConstraint("(state = 'waiting') = (decided_at is null)", name="decided"),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "uq_organisation_application_waiting", "organisation_application", ["credit_code"], unique=True,
        postgresql_where=waiting,
    )  # fmt: skip
    op.create_index("ix_organisation_application_state", "organisation_application", ["state", "created_at"])
    tenancy.protect(op, "organisation_application", PLACED)


def _membership() -> None:
    op.add_column("membership", sa.Column("ended_at", TIME))
    op.drop_constraint("role", "membership", type_="check")
    op.create_check_constraint("role", "membership", ROLES)
    op.create_index("ix_membership_organisation_id", "membership", ["organisation_id"])


def _invitation() -> None:
    _table(
        "staff_invitation",
        _organisation_column(),
        _person("person_id", nullable=False, index=True),
        *_texts("role", "name", "id_mask", "phone_mask", "state"),
        _person("invited_by"),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("answered_at", TIME),
        sa.CheckConstraint("state in ('open', 'accepted', 'declined', 'withdrawn')", name="state"),
        sa.CheckConstraint(ROLES, name="role"),
    )
    op.create_index(
        "uq_staff_invitation_open", "staff_invitation", ["organisation_id", "person_id", "role"], unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )  # fmt: skip
    tenancy.protect(op, "staff_invitation", f"person_id = lms_person() or {STAFF}")


def _handover() -> None:
    _table(
        "staff_handover",
        _organisation_column(),
        _person("person_id", nullable=False),
        _person("successor_id", nullable=False),
        *_texts("roles", "reason"),
        _person("made_by"),
        sa.CheckConstraint("person_id <> successor_id", name="two_people"),
    )
    tenancy.protect(op, "staff_handover", f"person_id = lms_person() or {STAFF}")
    tenancy.append_only(op, "staff_handover")


def _delegation() -> None:
    _table(
        "delegation",
        _organisation_column(),
        *_texts("role", "reason"),
        _person("person_id", nullable=False, index=True),
        _person("borrower_id", nullable=False, index=True),
        *(sa.Column(name, sa.Date, nullable=False) for name in ("starts_on", "ends_on")),
        *(sa.Column(name, TIME) for name in ("ended_at", "noted_at")),
        _person("ended_by"),
        _person("noted_by"),
        sa.CheckConstraint("person_id <> borrower_id", name="two_people"),
        sa.CheckConstraint("starts_on <= ends_on", name="days"),
        sa.CheckConstraint("noted_by is null or noted_by not in (person_id, borrower_id)", name="noted_by_a_third"),
        sa.CheckConstraint(ROLES, name="role"),
    )
    tenancy.protect(op, "delegation", "person_id = lms_person() or borrower_id = lms_person()")


def _second_look() -> None:
    _table(
        "second_look",
        _organisation_column("tenant_id"),
        *_texts("kind", "title", "plan_code", "digest", "state", "reason"),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("parent_id", sa.Uuid),
        _person("asked_by", nullable=False),
        _person("looked_by"),
        sa.Column("looked_at", TIME),
        sa.CheckConstraint("state in ('waiting', 'passed', 'refused', 'withdrawn')", name="state"),
        sa.CheckConstraint("looked_by is distinct from asked_by", name="two_people"),
        sa.CheckConstraint("state not in ('passed', 'refused') or looked_by is not null", name="looked"),
    )
    op.create_index(
        "uq_second_look_waiting", "second_look", ["kind", "subject_id"], unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )  # fmt: skip
    op.create_index("ix_second_look_state", "second_look", ["tenant_id", "state", "created_at", "id"])
    tenancy.protect(op, "second_look", OWN)


def _qualification() -> None:
    _table(
        "organisation_qualification",
        _organisation_column("tenant_id"),
        *_texts("region_code", "kind", "number", "issued_by", "state", "reason"),
        _plan(),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date),
        *(sa.Column(name, sa.Text) for name in ("file_key", "file_type")),
        sa.Column("file_bytes", sa.Integer),
        _person("added_by"),
        _person("decided_by"),
        sa.Column("decided_at", TIME),
        sa.CheckConstraint("state in ('waiting', 'accepted', 'refused', 'revoked')", name="state"),
        sa.CheckConstraint("valid_until is null or valid_from <= valid_until", name="days"),
        sa.CheckConstraint("(state = 'waiting') = (decided_at is null)", name="decided"),
    )
    op.create_index("ix_organisation_qualification_state", "organisation_qualification", ["state", "created_at", "id"])
    tenancy.protect(op, "organisation_qualification", f"{OWN} or {PLACED}")


def _teacher() -> None:
    _table(
        "teacher",
        _organisation_column("tenant_id"),
        _person("person_id", index=True),
        *_texts("name", "field", "employment", "certificate", "certificate_number"),
        *(sa.Column(name, sa.Date) for name in ("valid_from", "valid_until", "left_on")),
        sa.CheckConstraint("employment in ('full', 'part')", name="employment"),
        sa.CheckConstraint("valid_from is null or valid_until is null or valid_from <= valid_until", name="days"),
    )
    tenancy.protect(op, "teacher", f"{OWN} or person_id = lms_person() or {SCHOOL_SEEN}")


def _waiting() -> None:
    """The inbox takes what waits longest first, a page at a time, however much there is."""
    op.execute("create index ix_cohort_waiting on cohort (filed_at, id) where state = 'filed'")
    op.execute(
        "create index ix_package_version_waiting on package_version (submitted_at, id) where state = 'submitted'"
    )


def downgrade() -> None:
    op.drop_index("ix_package_version_waiting", "package_version")
    op.drop_index("ix_cohort_waiting", "cohort")
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("ix_membership_organisation_id", "membership")
    op.drop_constraint("role", "membership", type_="check")
    op.create_check_constraint("role", "membership", "role in ('clerk', 'administrator', 'export_officer')")
    op.drop_column("membership", "ended_at")
    op.drop_constraint("uq_authority_scope", "authority_scope")
    op.drop_column("authority_scope", "department")
    op.create_unique_constraint(
        "uq_authority_scope_organisation_id_region_plan_code",
        "authority_scope",
        ["organisation_id", "region", "plan_code"],
        postgresql_nulls_not_distinct=True,
    )
    for column in ("credit_code", "institution_kind"):
        op.drop_column("organisation", column)
    op.execute(tenancy.SCOPE_WITHOUT_DEPARTMENT)
