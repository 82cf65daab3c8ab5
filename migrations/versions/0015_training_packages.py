"""Question banks; training packages of two authors: syllabus, courses, banks, signatures, decisions, the unified syllabus."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from lms.foundation import tenancy

revision = "0015"
down_revision = "0014"

TIME = sa.DateTime(timezone=True)
OWN = "tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)"
OF_BOTH = "tenant_id = any(lms_tenants()) or partner_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)"
WHOLE = ("tenant_id", "partner_id", "version_id"), ("tenant_id", "partner_id", "id")
BANKS = ("question_bank", "question_bank_version", "question")
CONTENT = ("syllabus_item", "training_lesson", "training_bank")
WRITING = ("syllabus_import",)
SEALED = ("training_signature", "training_decision", "training_remark")


def text(name: str, **more: object) -> sa.Column:
    """A column of text that must be there."""
    return sa.Column(name, sa.Text, nullable=False, **more)


def whole(name: str, **more: object) -> sa.Column:
    """A whole number that must be there."""
    return sa.Column(name, sa.Integer, nullable=False, **more)


def key(name: str, target: str, **more: object) -> sa.Column:
    """The id of a row elsewhere that must be there."""
    return sa.Column(name, sa.Uuid, sa.ForeignKey(target), nullable=False, **more)


def owned(table: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of a tenant, in reach of the authority of its region and plan."""
    op.create_table(
        table,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        key("tenant_id", "organisation.id"),
        text("region_code"),
        sa.Column("plan_code", sa.Text, sa.ForeignKey("plan.code"), nullable=False),
        *columns,
    )


def of_both(table: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of two authors."""
    owned(table, key("partner_id", "organisation.id"), *columns)


def part(table: str, *columns: sa.schema.SchemaItem) -> None:
    """A table that hangs on a version of a training package."""
    points = sa.ForeignKeyConstraint(WHOLE[0], [f"training_version.{name}" for name in WHOLE[1]])
    of_both(table, sa.Column("version_id", sa.Uuid, nullable=False), points, *columns)


def upgrade() -> None:
    _banks()
    _package()
    _content()
    _signed()
    _unified()
    for table in (*BANKS, "conforming_lesson"):
        tenancy.protect(op, table, OWN)
    for table in ("training_package", "training_version", *CONTENT, *WRITING, *SEALED):
        tenancy.protect(op, table, OF_BOTH)
    for table in SEALED:
        tenancy.append_only(op, table)
    _signs_for_its_own()
    _catalogue()
    _never_again()
    _voids()


def _banks() -> None:
    owned(
        "question_bank",
        text("title"),
        sa.Column("programme_code", sa.Text, sa.ForeignKey("programme.code"), nullable=False),
        sa.UniqueConstraint("tenant_id", "id"),
    )
    owned(
        "question_bank_version",
        sa.Column("bank_id", sa.Uuid, nullable=False),
        whole("number"),
        text("state"),
        text("note"),
        whole("questions"),
        key("created_by", "person.id"),
        sa.Column("content_hash", sa.Text),
        sa.Column("finished_at", TIME),
        sa.Column("finished_by", sa.Uuid, sa.ForeignKey("person.id")),
        sa.ForeignKeyConstraint(["tenant_id", "bank_id"], ["question_bank.tenant_id", "question_bank.id"]),
        sa.UniqueConstraint("tenant_id", "id"),
        sa.UniqueConstraint("bank_id", "number"),
        sa.CheckConstraint("state in ('draft', 'final', 'retired')", name="state"),
        sa.CheckConstraint("(state = 'draft') = (content_hash is null)", name="hashed"),
    )
    owned(
        "question",
        sa.Column("version_id", sa.Uuid, nullable=False),
        whole("number"),
        text("item"),
        text("kind"),
        text("text"),
        sa.Column("options", JSONB, nullable=False),
        sa.Column("answer", JSONB, nullable=False),
        text("explanation"),
        text("fingerprint"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"], ["question_bank_version.tenant_id", "question_bank_version.id"]
        ),
        sa.UniqueConstraint("version_id", "number"),
        sa.UniqueConstraint("version_id", "fingerprint"),
        sa.CheckConstraint("kind in ('single', 'multiple', 'judge')", name="kind"),
    )
    op.create_index("ix_question_version_item", "question", ["version_id", "item"])
    op.create_index("ix_question_bank_tenant_id", "question_bank", ["tenant_id"])


def _package() -> None:
    of_both(
        "training_package",
        text("title"),
        sa.Column("programme_code", sa.Text, sa.ForeignKey("programme.code"), nullable=False),
        sa.UniqueConstraint("tenant_id", "partner_id", "id"),
        sa.CheckConstraint("tenant_id <> partner_id", name="two_authors"),
    )
    of_both(
        "training_version",
        sa.Column("package_id", sa.Uuid, nullable=False),
        sa.Column("programme_code", sa.Text, sa.ForeignKey("programme.code"), nullable=False),
        whole("number"),
        text("state"),
        whole("revision"),
        text("title"),
        text("summary"),
        text("standard_code"),
        text("standard_name"),
        text("standard_level"),
        key("drafted_by", "person.id"),
        sa.Column("content_hash", sa.Text),
        sa.Column("submitted_at", TIME),
        sa.Column("decided_at", TIME),
        sa.Column("decided_by", sa.Uuid, sa.ForeignKey("person.id")),
        text("reason"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "partner_id", "package_id"],
            ["training_package.tenant_id", "training_package.partner_id", "training_package.id"],
        ),
        sa.UniqueConstraint("tenant_id", "partner_id", "id"),
        sa.UniqueConstraint("package_id", "number"),
        sa.CheckConstraint("state in ('draft', 'submitted', 'returned', 'approved')", name="state"),
        sa.CheckConstraint(
            "state <> 'approved' or (content_hash is not null and decided_by is not null)", name="decided"
        ),
        sa.CheckConstraint("decided_by <> drafted_by", name="two_people"),
    )
    # One version is written at a time.
    op.create_index(
        "uq_training_version_open",
        "training_version",
        ["package_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'approved'"),
    )
    op.create_index("ix_training_version_programme", "training_version", ["programme_code", "state"])
    for author in ("tenant_id", "partner_id"):
        op.create_index(f"ix_training_version_{author}", "training_version", [author])
    op.create_index(
        "ix_training_version_waiting",
        "training_version",
        ["submitted_at"],
        postgresql_where=sa.text("state = 'submitted'"),
    )


def _content() -> None:
    part(
        "syllabus_item",
        text("number"),
        sa.Column("place", ARRAY(sa.Integer), nullable=False),
        text("title"),
        whole("theory"),
        whole("practical"),
        text("standard_code"),
        text("standard_name"),
        text("standard_level"),
        sa.UniqueConstraint("version_id", "place"),
        sa.UniqueConstraint("tenant_id", "partner_id", "id"),
        sa.CheckConstraint("theory >= 0 and practical >= 0", name="hours"),
    )
    part(
        "training_lesson",
        sa.Column("item_id", sa.Uuid, sa.ForeignKey("syllabus_item.id", ondelete="cascade"), nullable=False),
        key("course_version_id", "package_version.id"),
        key("lesson_id", "lesson.id", index=True),
        sa.UniqueConstraint("item_id", "lesson_id"),
    )
    op.create_index("ix_training_lesson_version", "training_lesson", ["version_id"])
    part(
        "training_bank",
        key("bank_version_id", "question_bank_version.id"),
        sa.UniqueConstraint("version_id", "bank_version_id"),
    )
    part(
        "syllabus_import",
        text("file_name"),
        text("state"),
        sa.Column("content", JSONB, nullable=False),
        key("created_by", "person.id"),
        sa.Column("imported_at", TIME),
        sa.CheckConstraint("state in ('previewed', 'imported', 'replaced')", name="state"),
    )
    op.create_index("ix_syllabus_import_version", "syllabus_import", ["version_id"])


def _signed() -> None:
    leaf = [
        lambda: sa.Column("leaf_id", sa.BigInteger, nullable=False),
        lambda: sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
    ]
    part(
        "training_signature",
        key("organisation_id", "organisation.id"),
        key("person_id", "person.id"),
        whole("revision"),
        text("content_hash"),
        *[column() for column in leaf],
        sa.UniqueConstraint("version_id", "revision", "organisation_id"),
        sa.UniqueConstraint("version_id", "revision", "person_id"),
        sa.CheckConstraint("organisation_id in (tenant_id, partner_id)", name="an_author"),
    )
    part(
        "training_decision",
        key("person_id", "person.id"),
        whole("revision"),
        text("content_hash"),
        text("decision"),
        text("reason"),
        *[column() for column in leaf],
        sa.CheckConstraint("decision in ('submitted', 'withdrawn', 'returned', 'approved')", name="decision"),
    )
    part("training_remark", key("person_id", "person.id"), whole("revision"), text("item"), text("words"))
    for table in ("training_decision", "training_remark"):
        op.create_index(f"ix_{table}_version", table, ["version_id"])


def _unified() -> None:
    """Which approved version is the unified syllabus of a programme in a place, from a day on."""
    op.create_table(
        "unified_syllabus",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        key("version_id", "training_version.id"),
        sa.Column("programme_code", sa.Text, sa.ForeignKey("programme.code"), nullable=False),
        text("region_code"),
        sa.Column("plan_code", sa.Text, sa.ForeignKey("plan.code"), nullable=False),
        sa.Column("effective_from", sa.Date, nullable=False),
        key("decided_by", "person.id"),
        sa.Column("leaf_id", sa.BigInteger, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("programme_code", "region_code", "effective_from"),
    )
    tenancy.protect(op, "unified_syllabus", "lms_in_scope(region_code, plan_code)")
    tenancy.append_only(op, "unified_syllabus")
    op.execute("create policy unified_syllabus_public on unified_syllabus for select using (true)")
    owned(
        "conforming_lesson",
        key("course_version_id", "package_version.id", index=True),
        key("lesson_id", "lesson.id"),
        key("item_id", "syllabus_item.id"),
        key("training_version_id", "training_version.id"),
        sa.UniqueConstraint("lesson_id", "item_id"),
    )


def _signs_for_its_own() -> None:
    """Whatever else lets a row in: nobody writes the signature of another's organisation, nor in another's name."""
    mine = (
        "(organisation_id = any((select lms_tenants())::uuid[]) and person_id = (select lms_person()))"
        " or (select lms_is_system())"
    )
    op.execute(
        f"create policy training_signature_own on training_signature as restrictive for insert with check ({mine})"
    )


def _catalogue() -> None:
    """What is approved is public: everybody may read it, nobody gains a right to write."""
    op.execute("create policy training_version_catalogue on training_version for select using (state = 'approved')")
    for table in (*CONTENT, "training_signature"):
        op.execute(
            f"create policy {table}_catalogue on {table} for select using"
            " (exists (select from training_version v where v.id = version_id and v.state = 'approved'))"
        )


def _never_again() -> None:
    """An approved version and a finished bank are what people were taught and examined by: no role may alter them."""
    op.execute("""
create function publishing_keep_training() returns trigger language plpgsql as $$ begin
  if old.state = 'approved' then
    raise exception 'an approved version never changes' using errcode = 'restrict_violation';
  end if;
  if tg_op = 'DELETE' then return old; end if;
  if (new.title, new.summary, new.standard_code, new.standard_name, new.standard_level)
     is distinct from (old.title, old.summary, old.standard_code, old.standard_name, old.standard_level) then
    if old.state not in ('draft', 'returned') then
      raise exception 'a training package changes only while it is written' using errcode = 'restrict_violation';
    end if;
    new.revision := old.revision + 1;
  end if;
  if new.revision < old.revision then
    raise exception 'revisions only grow' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger training_version_kept before update or delete on training_version
  for each row execute function publishing_keep_training();
create function questions_keep_version() returns trigger language plpgsql as $$ begin
  if old.state <> 'draft' and (tg_op = 'DELETE' or not (old.state = 'final' and new.state = 'retired')
     or (new.questions, new.content_hash, new.bank_id) is distinct from (old.questions, old.content_hash, old.bank_id)) then
    raise exception 'a finished bank never changes' using errcode = 'restrict_violation';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger question_bank_version_kept before update or delete on question_bank_version
  for each row execute function questions_keep_version();
create function questions_keep() returns trigger language plpgsql as $$ begin
  if exists (select from question_bank_version v where v.state <> 'draft'
             and v.id in (case tg_op when 'INSERT' then new.version_id else old.version_id end,
                          case tg_op when 'DELETE' then old.version_id else new.version_id end)) then
    raise exception 'the questions of a finished bank never change' using errcode = 'restrict_violation';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger question_kept before insert or update or delete on question
  for each row execute function questions_keep();
""")


def _voids() -> None:
    """Any change of what a version holds is a new revision, once a statement: signatures for the old one no longer count."""
    op.execute("""
create function publishing_new_revision() returns trigger language plpgsql as $$
declare touched uuid[]; here uuid;
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct version_id) into touched from after_rows;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct version_id) into touched from before_rows;
  else
    select array_agg(distinct version_id) into touched
      from (select version_id from before_rows union select version_id from after_rows) both_rows;
  end if;
  foreach here in array coalesce(touched, '{}') loop
    update training_version set revision = revision + 1 where id = here and state in ('draft', 'returned');
    if not found then
      raise exception 'a training package changes only while it is written' using errcode = 'restrict_violation';
    end if;
  end loop;
  return null;
end $$;
""")
    for table in CONTENT:
        for event, rows in (
            ("insert", "new table as after_rows"),
            ("delete", "old table as before_rows"),
            ("update", "old table as before_rows new table as after_rows"),
        ):
            op.execute(
                f"create trigger {table}_{event}_revises after {event} on {table} referencing {rows}"
                " for each statement execute function publishing_new_revision()"
            )


def downgrade() -> None:
    tables = ("conforming_lesson", "unified_syllabus", *SEALED, *WRITING, "training_bank", "training_lesson")
    for table in (*tables, "syllabus_item", "training_version", "training_package", *reversed(BANKS)):
        op.drop_table(table)
    for name in ("publishing_new_revision", "publishing_keep_training", "questions_keep_version", "questions_keep"):
        op.execute(f"drop function {name}()")
