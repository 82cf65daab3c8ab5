"""Regions with dates and tags, the public catalogues, and an audit that can be searched and exported."""

import csv
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from lms.foundation import tenancy

revision = "0014"
down_revision = "0013"

TIME = sa.DateTime(timezone=True)
REGIONS = Path(__file__).resolve().parents[2] / "lms" / "accounts" / "data" / "regions.csv"
KINDS = "catalogue in ('institution', 'enterprise')"
# Whether a place lies in a scope, whatever its plan: who may write a public catalogue.
IN_REGION = """
create function lms_in_region(region text) returns boolean language sql stable parallel safe as
  $$ select exists (
       select from jsonb_to_recordset(coalesce(nullif(current_setting('lms.scope', true), ''), '[]')::jsonb)
         as scope(region text)
       where starts_with($1, scope.region)) $$;
"""
ENTRY = """actor_id = lms_person() or lms_in_scope(region_code, plan_code)
  or (plan_code is null and people = 0 and exists (select from organisation_plan o
    where o.organisation_id = audit_entry.organisation_id and lms_in_scope(o.region_code, o.plan_code)))
  or exists (select from audit_person p where p.entry_id = audit_entry.id and p.person_id = lms_person())
  or (plan_code is null and exists (select from audit_person p where p.entry_id = audit_entry.id))"""
CONCERNED = """person_id = lms_person() or exists (select from known_to k
  where k.person_id = audit_person.person_id and lms_in_scope(k.region_code, k.plan_code))"""


def upgrade() -> None:
    op.execute(IN_REGION)
    _regions()
    _catalogues()
    _audit()
    _export()


def _required(kind: sa.types.TypeEngine, *names: str) -> list[sa.Column]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _text(*names: str) -> list[sa.Column]:
    return _required(sa.Text(), *names)


def _identity() -> sa.Column:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _regions() -> None:
    region = op.create_table(
        "region",
        _identity(),
        *_text("code", "name", "level"),
        sa.Column("parent", sa.Text),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_until", sa.Date),
        sa.Column("successor", sa.Text),
        *_text("source"),
        sa.CheckConstraint("level in ('province', 'city', 'county', 'township', 'village')", name="level"),
        sa.CheckConstraint("code ~ '^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$'", name="code"),
        sa.CheckConstraint("valid_from is null or valid_until is null or valid_from < valid_until", name="dates"),
    )
    op.create_index(
        "uq_region_code_valid", "region", ["code"], unique=True, postgresql_where=sa.text("valid_until is null")
    )
    op.create_index("ix_region_code", "region", ["code", "valid_until"])
    op.create_index("ix_region_parent", "region", ["parent", "code"])
    op.create_table(
        "region_tag",
        _identity(),
        *_text("code", "tag", "source"),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_until", sa.Date),
        sa.CheckConstraint("tag in ('poor_village', 'old_base', 'soviet', 'ethnic')", name="tag"),
    )
    op.create_index("ix_region_tag_code", "region_tag", ["code"])
    op.create_table(
        "region_import",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_required(TIME, "created_at"),
        sa.Column("created_by", sa.Uuid),
        *_text("file_name", "state"),
        *_required(JSONB(), "content", "figures"),
        sa.Column("imported_at", TIME),
        sa.CheckConstraint("state in ('previewed', 'imported')", name="state"),
    )
    op.bulk_insert(region, _shipped())


def _shipped() -> list[dict[str, object]]:
    levels = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
    with REGIONS.open(newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    counties = {row["code"] for row in rows if len(row["code"]) == 6}
    for row in rows:
        code = row["code"]
        above = {2: None, 4: code[:2], 6: code[:4], 9: code[:6] if code[:6] in counties else code[:4]}
        row |= {name: row[name] or None for name in ("valid_from", "valid_until", "successor")}
        row |= {"level": levels[len(code)], "parent": above[len(code)], "source": "GB/T 2260，国家统计局 2023-06-30"}
    return rows


def _catalogues() -> None:
    op.create_table(
        "catalogue_change",
        _identity(),
        *_required(TIME, "at"),
        *_text("catalogue"),
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        *_text("region_code", "step", "state", "reason"),
        *_required(JSONB(), "facts"),
        sa.Column("notice_until", TIME),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("authority", sa.Text),
        *_required(sa.BigInteger(), "leaf_id"),
        *_required(sa.LargeBinary(), "leaf_hash"),
        sa.CheckConstraint(KINDS, name="catalogue"),
        sa.CheckConstraint("state in ('entering', 'listed', 'leaving', 'out')", name="state"),
    )
    op.create_index("ix_catalogue_change_entry", "catalogue_change", ["catalogue", "organisation_id", "id"])
    op.create_table(
        "catalogue_entry",
        sa.Column("catalogue", sa.Text, primary_key=True),
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id"), primary_key=True),
        *_text("name", "region_code", "nature", "state"),
        sa.Column("plans", ARRAY(sa.Text), nullable=False),
        *_required(TIME, "since"),
        sa.Column("notice_until", TIME),
        sa.Column("change_id", sa.BigInteger, sa.ForeignKey("catalogue_change.id"), nullable=False),
        sa.CheckConstraint(KINDS, name="catalogue"),
    )
    op.create_index("ix_catalogue_entry_name", "catalogue_entry", ["catalogue", "name", "organisation_id"])
    op.create_index("ix_catalogue_entry_region_code", "catalogue_entry", ["region_code"])
    for table in ("catalogue_change", "catalogue_entry"):
        _public(table)
    tenancy.append_only(op, "catalogue_change")


def _public(table: str) -> None:
    """Everybody may read; only an authority of the region may write."""
    mine = "lms_in_region(region_code) or (select lms_is_system())"
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy {table}_read on {table} for select using (true)")
    op.execute(f"create policy {table}_add on {table} for insert with check ({mine})")
    op.execute(f"create policy {table}_change on {table} for update using ({mine}) with check ({mine})")


def _audit() -> None:
    for column in (
        sa.Column("subject_kind", sa.Text),
        sa.Column("subject_id", sa.Text),
        sa.Column("people", sa.Integer, nullable=False, server_default="0"),
        sa.Column("role", sa.Text),
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id")),
        sa.Column("deputy_for", sa.Uuid),
        sa.Column("region_code", sa.Text),
        # Kept, because an index can only serve a comparison that cannot leak what a policy hides.
        sa.Column("city_code", sa.Text, sa.Computed("left(region_code, 4)", persisted=True)),
        sa.Column("county_code", sa.Text, sa.Computed("left(region_code, 6)", persisted=True)),
        sa.Column("plan_code", sa.Text),
        sa.Column("department", sa.Text),
    ):
        op.add_column("audit_entry", column)
    for name in ("city_code", "county_code", "actor_id", "organisation_id", "subject_id", "action"):
        op.create_index(f"ix_audit_entry_{name}", "audit_entry", [name, "at", "id"])
    op.create_index("ix_audit_entry_at", "audit_entry", ["at", "id"])
    op.create_table(
        "audit_person",
        sa.Column("entry_id", sa.BigInteger, sa.ForeignKey("audit_entry.id"), primary_key=True),
        sa.Column("person_id", sa.Uuid, primary_key=True),
    )
    op.create_index("ix_audit_person_person_id", "audit_person", ["person_id", "entry_id"])
    tenancy.append_only(op, "audit_person")
    tenancy.protect(op, "audit_person", CONCERNED)
    op.execute("create policy audit_person_add on audit_person for insert with check (true)")
    op.execute("drop policy audit_entry_visible on audit_entry")
    tenancy.protect(op, "audit_entry", ENTRY)


def _export() -> None:
    op.create_table(
        "audit_export",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_required(TIME, "created_at"),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id")),
        *_text("reason"),
        sa.Column("token", sa.Text, nullable=False, unique=True),
        *_required(JSONB(), "filters"),
        sa.Column("job_id", sa.Uuid),
        sa.Column("result", JSONB),
    )
    op.create_index("ix_audit_export_person_id", "audit_export", ["person_id", "created_at"])
    tenancy.protect(op, "audit_export", "person_id = lms_person()")


def downgrade() -> None:
    op.drop_table("audit_export")
    op.execute("drop policy audit_entry_visible on audit_entry")
    tenancy.protect(op, "audit_entry", "actor_id = lms_person()")
    op.drop_table("audit_person")
    op.drop_index("ix_audit_entry_at", "audit_entry")
    for name in ("city_code", "county_code", "actor_id", "organisation_id", "subject_id", "action"):
        op.drop_index(f"ix_audit_entry_{name}", "audit_entry")
    for name in (
        "department", "plan_code", "county_code", "city_code", "region_code", "deputy_for", "organisation_id", "role",
        "people", "subject_id", "subject_kind",
    ):  # fmt: skip
        op.drop_column("audit_entry", name)
    for table in ("catalogue_entry", "catalogue_change", "region_import", "region_tag", "region"):
        op.drop_table(table)
    op.execute("drop function lms_in_region(text)")
