"""What is known of people, on whose word; consents, corrections, real names, aliases."""

import sqlalchemy as sa
from alembic import op

from lms.foundation import tenancy

revision = "0011"
down_revision = "0010"

TIME = sa.DateTime(timezone=True)
BYTES = sa.LargeBinary
STATUSES = "('self_declared', 'roster_vouched', 'document_seen', 'province_sso')"
NEW_COLUMNS = ("id_kind", "particulars", "real_name", "claimed_index", "pseudonym", "erased_at")
# What is said of a person never changes; it ends. The content alone may be sealed anew, or blanked when it is erased.
KEPT = """
create function lms_attribute_kept() returns trigger language plpgsql as $$
declare loose text[] := '{content,ended_at,ended_by,ended_why}';
begin
  if tg_op = 'DELETE' or to_jsonb(new) - loose is distinct from to_jsonb(old) - loose
     or (old.ended_at is not null
         and (new.ended_at, new.ended_by, new.ended_why) is distinct from (old.ended_at, old.ended_by, old.ended_why))
  then raise exception 'rows of % end, they never change', tg_table_name using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
"""


def upgrade() -> None:
    _person()
    _document()
    _attribute()
    _consent()
    _correction()
    _real_name_check()
    _alias()


def _known(table: str) -> str:
    return f"""person_id = lms_person() or exists (select from known_to k where k.person_id = {table}.person_id
  and (k.tenant_id = any(lms_tenants()) or lms_in_scope(k.region_code, k.plan_code)))"""


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False, index=True),
        *columns,
    )
    tenancy.protect(op, name, _known(name))


def _somebody(name: str) -> sa.Column:
    return sa.Column(name, sa.Uuid, sa.ForeignKey("person.id"))


def _organisation() -> sa.Column:
    return sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id"))


def _seen_document() -> sa.Column:
    return sa.Column("document_id", sa.Uuid, sa.ForeignKey("person_document.id"))


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _person() -> None:
    op.add_column("person", sa.Column("id_kind", sa.Text, nullable=False, server_default="id_card"))
    op.add_column("person", sa.Column("particulars", BYTES))
    op.add_column("person", sa.Column("real_name", sa.Text, nullable=False, server_default="roster_vouched"))
    op.add_column("person", sa.Column("claimed_index", BYTES))
    op.add_column("person", sa.Column("pseudonym", sa.Text, unique=True))
    op.add_column("person", sa.Column("erased_at", TIME))
    op.create_index("ix_person_claimed_index", "person", ["claimed_index"])
    # Names are found by their beginning. Under row-level security only comparisons that leak nothing may use an index.
    op.create_index("ix_person_name", "person", [sa.text('name collate "C"')])
    op.create_check_constraint("real_name", "person", f"real_name in {STATUSES}")
    blank = "id_number is null and id_number_index is null and phone is null and phone_index is null"
    op.create_check_constraint("erased", "person", f"erased_at is null or ({blank} and pseudonym is not null)")


def _document() -> None:
    _table(
        "person_document",
        *_texts("kind", "media_type"),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("file_key", sa.Text),
        sa.Column("data_key", BYTES),
        _somebody("uploaded_by"),
        _organisation(),
        sa.Column("deleted_at", TIME),
        sa.CheckConstraint("(file_key is null) = (data_key is null)", name="file"),
        sa.CheckConstraint("file_key is not null or deleted_at is not null", name="deleted"),
    )


def _attribute() -> None:
    _table(
        "person_attribute",
        sa.Column("slot", BYTES, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("sensitive", sa.Boolean, nullable=False),
        sa.Column("content", BYTES),
        *_texts("standing"),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_until", sa.Date),
        _somebody("entered_by"),
        _organisation(),
        _seen_document(),
        sa.Column("rests_on", sa.Uuid, sa.ForeignKey("person_attribute.id")),
        sa.Column("ended_at", TIME),
        _somebody("ended_by"),
        sa.Column("ended_why", sa.Text),
        sa.CheckConstraint("standing in ('claimed', 'vouched', 'proved')", name="standing"),
        sa.CheckConstraint("valid_from is null or valid_until is null or valid_from <= valid_until", name="period"),
        sa.CheckConstraint("sensitive = (key is null)", name="sensitive"),
        sa.CheckConstraint("(ended_at is null) = (ended_why is null)", name="ended"),
        sa.CheckConstraint("content is not null or ended_at is not null", name="content"),
        sa.CheckConstraint("standing = 'claimed' or entered_by is distinct from person_id", name="not_oneself"),
    )
    live = sa.text("ended_at is null")
    op.create_index("ix_person_attribute_live", "person_attribute", ["person_id", "slot"], postgresql_where=live)
    op.execute(KEPT)
    op.execute(
        "create trigger person_attribute_kept before update or delete on person_attribute"
        " for each row execute function lms_attribute_kept()"
    )
    op.execute(f"revoke delete, truncate on person_attribute from {tenancy.APPLICATION_ROLE}")


def _consent() -> None:
    _table(
        "consent",
        *_texts("purpose", "version", "text_sha256", "how"),
        sa.Column("given", sa.Boolean, nullable=False),
        _somebody("by_id"),
        sa.CheckConstraint("how in ('phone', 'paper')", name="how"),
        sa.CheckConstraint("how = 'paper' or by_id = person_id", name="oneself"),
    )
    tenancy.append_only(op, "consent")


def _correction() -> None:
    _table(
        "correction_request",
        *_texts("field", "state"),
        sa.Column("content", BYTES),
        _seen_document(),
        _somebody("decided_by"),
        sa.Column("decided_at", TIME),
        sa.Column("answer", BYTES),
        sa.CheckConstraint("field in ('name', 'id_number')", name="field"),
        sa.CheckConstraint("state in ('open', 'accepted', 'refused')", name="state"),
        sa.CheckConstraint("(state = 'open') = (decided_at is null)", name="decided"),
        sa.CheckConstraint("decided_by is distinct from person_id", name="not_oneself"),
    )
    one = sa.text("state = 'open'")
    columns = ["person_id", "field"]
    op.create_index("uq_correction_request_open", "correction_request", columns, unique=True, postgresql_where=one)


def _real_name_check() -> None:
    _table(
        "real_name_check",
        *_texts("status", "document"),
        _somebody("checked_by"),
        _organisation(),
        _seen_document(),
        sa.CheckConstraint(f"status in {STATUSES}", name="status"),
        sa.CheckConstraint("status <> 'document_seen' or (checked_by is not null and document <> '')", name="seen"),
        sa.CheckConstraint("checked_by is distinct from person_id", name="not_oneself"),
    )
    tenancy.append_only(op, "real_name_check")


def _alias() -> None:
    _table(
        "person_alias",
        sa.Column("other_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False, unique=True),
        _somebody("decided_by"),
        *_texts("reason"),
        sa.CheckConstraint("other_id <> person_id", name="two"),
    )
    tenancy.append_only(op, "person_alias")


def downgrade() -> None:
    names = (
        "person_alias", "real_name_check", "correction_request", "consent", "person_attribute", "person_document",
    )  # fmt: skip
    for name in names:
        op.drop_table(name)
    op.execute("drop function lms_attribute_kept()")
    op.drop_index("ix_person_name", "person")
    op.drop_constraint("erased", "person")
    op.drop_constraint("real_name", "person")
    for column in NEW_COLUMNS:
        op.drop_column("person", column)
