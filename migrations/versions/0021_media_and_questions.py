"""Media variants, sound tracks and questions of every kind; quiz papers that wait for a teacher's marks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lms.foundation import tenancy

revision = "0021"
down_revision = "0020"

TIME = sa.DateTime(timezone=True)
OLD_KINDS = "kind in ('single', 'multiple', 'judge')"
KINDS = "kind in ('single', 'multiple', 'judge', 'fill', 'match', 'order', 'short')"
LANGUAGES = "language in ('mandarin', 'cantonese', 'hakka', 'teochew')"
OF_VERSION = "exists (select from package_version v where v.id = version_id)"
OF_PAPER = "exists (select from quiz_paper p where p.id = paper_id)"
OWN = "person_id = lms_person() or tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)"


def upgrade() -> None:
    _questions()
    _media()
    _papers()
    for table, rule in (
        ("lesson_variant", OF_VERSION),
        ("lesson_sound", OF_VERSION),
        ("quiz_paper", OWN),
        ("quiz_mark", OF_PAPER),
    ):
        tenancy.protect(op, table, rule)
    for table in ("lesson_variant", "quiz_paper", "quiz_mark"):
        tenancy.append_only(op, table)


def _questions() -> None:
    op.add_column("question", sa.Column("details", JSONB, nullable=False, server_default="{}"))
    op.drop_constraint("kind", "question", type_="check")
    op.create_check_constraint("kind", "question", KINDS)


def _of_lesson(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("version_id", sa.Uuid, nullable=False),
        sa.Column("lesson_id", sa.Uuid, sa.ForeignKey("lesson.id"), nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["tenant_id", "version_id"], ["package_version.tenant_id", "package_version.id"]),
    )


def _media() -> None:
    """A variant's language is empty where it carries the video's own sound; a sound without a key names that own sound."""
    _of_lesson(
        "lesson_variant",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("size_bytes", "bitrate", "height")),
        sa.UniqueConstraint("lesson_id", "kind", "language"),
        sa.CheckConstraint("kind in ('240p', '480p', 'source', 'audio')", name="kind"),
        sa.CheckConstraint(f"language = '' or {LANGUAGES}", name="language"),
        sa.CheckConstraint("size_bytes > 0 and bitrate >= 0 and height >= 0", name="figures"),
    )
    _of_lesson(
        "lesson_sound",
        sa.Column("key", sa.Text),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("size_bytes", "duration_ms")),
        sa.Column("added_by", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.UniqueConstraint("lesson_id", "language"),
        sa.CheckConstraint(LANGUAGES, name="language"),
        sa.CheckConstraint("key is null or (size_bytes > 0 and duration_ms > 0)", name="figures"),
    )
    op.create_index(
        "uq_lesson_sound_own", "lesson_sound", ["lesson_id"], unique=True, postgresql_where=sa.text("key is null")
    )
    op.execute("""
create function publishing_keep_sound() returns trigger language plpgsql as $$ begin
  if exists (select from package_version v
             where v.id = (case tg_op when 'INSERT' then new.version_id else old.version_id end) and v.state = 'approved') then
    raise exception 'an approved version never changes' using errcode = 'restrict_violation';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger lesson_sound_kept before insert or update or delete on lesson_sound
  for each row execute function publishing_keep_sound();
""")


def _papers() -> None:
    """A paper becomes a row of quiz_attempt, with the same id, when its last mark is given."""
    op.create_table(
        "quiz_paper",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("region_code", "plan_code")),
        sa.Column("registration_id", sa.Uuid, sa.ForeignKey("registration.id"), nullable=False),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("cohort_id", sa.Uuid, sa.ForeignKey("cohort.id"), nullable=False, index=True),
        sa.Column("lesson_id", sa.Uuid, sa.ForeignKey("lesson.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("answers", JSONB, nullable=False),
        sa.UniqueConstraint("registration_id", "lesson_id", "number"),
        sa.CheckConstraint("number > 0", name="number"),
    )
    op.create_index("ix_quiz_paper_tenant_id", "quiz_paper", ["tenant_id", "created_at"])
    op.create_table(
        "quiz_mark",
        sa.Column("paper_id", sa.Uuid, sa.ForeignKey("quiz_paper.id"), primary_key=True),
        sa.Column("question", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hundredths", sa.Integer, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("marked_by", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("marked_at", TIME, nullable=False),
        sa.Column("leaf_id", sa.BigInteger, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("question > 0 and hundredths >= 0", name="figures"),
    )


def downgrade() -> None:
    for table in ("quiz_mark", "quiz_paper", "lesson_sound", "lesson_variant"):
        op.drop_table(table)
    op.execute("drop function publishing_keep_sound()")
    op.drop_constraint("kind", "question", type_="check")
    op.create_check_constraint("kind", "question", OLD_KINDS)
    op.drop_column("question", "details")
