"""The rule of hours at its full width: places, presence checks, identity proofs."""

import sqlalchemy as sa
from alembic import op

from lms.foundation import tenancy

revision = "0022"
down_revision = "0021"

TIME = sa.DateTime(timezone=True)
JSON = sa.dialects.postgresql.JSONB
SEEN = "person_id = lms_person() or tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)"
METHODS = "('code', 'passkey', 'attested', 'face')"
FORMS = "('word', 'number', 'picture', 'hold')"
# What a presence check takes back, and gives back: neither is an interval of its own.
_NOT_BY_CHECK = {
    "credited": "corrects_id is not null or check_id is not null or credited_ms >= 0",
    "figures": "claimed_ms >= 0 and observed_ms >= 0 and (excluded_ms >= 0 or check_id is not null)",
    "observed": "check_id is not null or credited_ms <= observed_ms",
    "clock": "check_id is not null or credited_ms = 0 or observed_ms <= extract(epoch from ended_at - started_at) * 1000",
}
_BEFORE = {
    "credited": "corrects_id is not null or credited_ms >= 0",
    "figures": "claimed_ms >= 0 and observed_ms >= 0 and excluded_ms >= 0",
    "observed": "credited_ms <= observed_ms",
    "clock": "credited_ms = 0 or observed_ms <= extract(epoch from ended_at - started_at) * 1000",
}
_UNIQUE = {
    "uq_hour_ledger_session_id_seq_day": (["session_id", "seq", "day"], "corrects_id is null"),
    "uq_hour_ledger_person_id_started_at": (["person_id", "started_at"], "corrects_id is null and credited_ms > 0"),
}

SESSION = """id uuid, tenant_id uuid, region_code text, plan_code text, registration_id uuid, person_id uuid, cohort_id uuid,
  version_id uuid, lesson_id uuid, lesson_title text, programme_code text, policy_id text, content_hash text,
  length_ms bigint, approved_ms bigint, device text, ip text, launched_at timestamptz, last_at timestamptz,
  last_seq integer, position_ms bigint, segment_from_ms bigint, segment_to_ms bigint, ended_at timestamptz, kind text,
  places integer, place text, place_at timestamptz, hidden boolean, observed_seq integer"""
BESIDE = """stretches jsonb, misses jsonb, spent jsonb, credited_ms bigint, online_ms bigint,
  state text, starts_on date, ends_on date, newest_policy integer, asked_id uuid, issued_at timestamptz,
  due_at timestamptz, form text, asked jsonb, known jsonb"""
LEASE = """l_session_id uuid, held_until timestamptz, counted_until timestamptz, day date, day_ms bigint, l_last_at timestamptz,
  unproved_ms bigint, check_after_ms bigint, proved_at timestamptz, check_id uuid, missed_id uuid, version integer"""
_SESSION = ", ".join(f"s.{one.split()[0]}" for one in SESSION.replace("\n", " ").split(","))
_LEASE = ", ".join(f"l.{one.split()[0].removeprefix('l_')}" for one in LEASE.replace("\n", " ").split(","))
_ACT = """perform set_config('lms.person', who::text, true), set_config('lms.tenants', '{}', true),
    set_config('lms.scope', '[]', true), set_config('lms.system', '', true);"""
# What a sign of life is judged by, read at once; and what it changes, written at once if nobody was quicker.
_ASK = f"""return query select {_SESSION}, c.stretches, c.misses, c.places, c.credited_ms, c.online_ms,
    h.state::text, h.starts_on, h.ends_on, (select max(p.id) from policy p), k.id, k.issued_at, k.due_at, k.form, k.asked,
    (select jsonb_object_agg(b.seq, b.id) from beat b where b.session_id = what and b.seq = any(seqs)), {_LEASE}
  from study_session s
  join lease l on l.person_id = s.person_id
  left join coverage c on c.person_id = s.person_id and c.content_hash = s.content_hash
  left join cohort h on h.id = s.cohort_id
  left join presence_check k on k.id = l.check_id
  where s.id = what and s.person_id = who;"""
_READ = f"""(who uuid, what uuid, seqs integer[]) returns table ({SESSION}, {BESIDE}, {LEASE}) language plpgsql as $$
#variable_conflict use_column
begin"""
READ = f"create function study_read{_READ} {_ASK} end $$"
READ_AS = f"create function study_read_as{_READ} {_ACT} {_ASK} end $$"
LEDGER = """person_id, registration_id, cohort_id, tenant_id, region_code, plan_code, lesson_id, session_id, seq, content_hash, day,
    started_at, ended_at, device, ip, ip_salt, from_ms, to_ms, claimed_ms, observed_ms, credited_ms, excluded_ms, reason,
    policy_id, policy_hash, corrects_id, correction_no, created_at, leaf_hash, place, counted, flag, check_id"""
ADD = f"""create function study_add(given jsonb) returns void language plpgsql as $$
declare one jsonb; leaf bigint;
begin
  for one in select jsonb_array_elements(given) loop
    insert into evidence_leaf (kind, subject, hash, marks, created_at) values ('hours', one->>'cohort_id',
      (one->>'leaf_hash')::bytea, (one->>'marks')::bytea, (one->>'created_at')::timestamptz) returning id into leaf;
    insert into evidence_pending (leaf_id) values (leaf);
    insert into hour_ledger ({LEDGER}, leaf_id)
      select {LEDGER}, leaf from jsonb_populate_record(null::hour_ledger, one);
  end loop;
end $$"""
WRITE = """create function study_write(who uuid, seen integer, given jsonb) returns boolean language plpgsql as $$
#variable_conflict use_column
begin
  update lease l set session_id = n.session_id, held_until = n.held_until, counted_until = n.counted_until, day = n.day,
    day_ms = n.day_ms, last_at = n.last_at, unproved_ms = n.unproved_ms, check_after_ms = n.check_after_ms,
    proved_at = n.proved_at, check_id = n.check_id, missed_id = n.missed_id, version = l.version + 1
    from jsonb_populate_record(null::lease, given->'lease') n where l.person_id = who and l.version = seen;
  if not found then return false; end if;
  insert into beat (session_id, person_id, received_at, seq, id, body)
    select session_id, person_id, received_at, seq, id, body from jsonb_populate_recordset(null::beat, given->'beats');
  perform study_add(given->'rows');
  if given ? 'coverage' then
    insert into coverage (person_id, content_hash, stretches, misses, places, credited_ms, online_ms)
      select person_id, content_hash, stretches, misses, places, credited_ms, online_ms
      from jsonb_populate_record(null::coverage, given->'coverage')
      on conflict (person_id, content_hash) do update set stretches = excluded.stretches, misses = excluded.misses,
        places = excluded.places, credited_ms = excluded.credited_ms, online_ms = excluded.online_ms;
  end if;
  update study_session s set last_at = n.last_at, last_seq = n.last_seq, observed_seq = n.observed_seq,
    position_ms = n.position_ms, segment_from_ms = n.segment_from_ms, segment_to_ms = n.segment_to_ms,
    ended_at = n.ended_at, place = n.place, place_at = n.place_at, hidden = n.hidden
    from jsonb_populate_record(null::study_session, given->'session') n where s.id = n.id;
  return true;
end $$"""
WRITE_AS = f"""create function study_write_as(who uuid, seen integer, given jsonb) returns boolean language plpgsql as $$
begin
  {_ACT}
  return study_write(who, seen, given);
end $$"""
# Who asks, of every request: the browser's row and what its person works as.
BROWSER = """create function browser_read(token bytea, today date) returns table (person_id uuid, data jsonb,
  created_at timestamptz, expires_at timestamptz, ends_at timestamptz, name text, role text, place uuid, kind text, house text)
language plpgsql as $$
#variable_conflict use_column
begin
  perform set_config('lms.system', 'sessions', true);
  return query select w.person_id, w.data, w.created_at, w.expires_at, w.ends_at, p.name::text, m.role::text, o.id, o.kind::text,
    o.name::text
  from web_session w
  left join person p on p.id = w.person_id
  left join membership m on m.person_id = p.id and m.ended_at is null and (m.until is null or m.until >= today)
  left join organisation o on o.id = m.organisation_id
  where w.token_hash = token order by m.created_at, m.id;
end $$"""
FUNCTIONS = (READ, ADD, WRITE, READ_AS, WRITE_AS, BROWSER)
DROPPED = ("browser_read", "study_write_as", "study_read_as", "study_write", "study_add", "study_read")


def upgrade() -> None:
    _working_state()
    _ledger()
    _presence()
    _identity()
    for function in FUNCTIONS:
        op.execute(function)


def _working_state() -> None:
    for column in (
        sa.Column("kind", sa.Text, nullable=False, server_default="video"),
        sa.Column("places", sa.Integer, nullable=False, server_default="0"),
        sa.Column("place", sa.Text, nullable=False, server_default=""),
        sa.Column("place_at", TIME),
        sa.Column("hidden", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("observed_seq", sa.Integer, nullable=False, server_default="0"),
        sa.Column("device_key", sa.LargeBinary),
    ):
        op.add_column("study_session", column)
    op.drop_constraint("figures", "study_session", type_="check")
    figures = "length_ms >= 0 and position_ms >= 0 and last_seq >= 0 and observed_seq >= 0 and places >= 0"
    op.create_check_constraint("figures", "study_session", f"{figures} and (kind <> 'video' or length_ms > 0)")
    op.drop_constraint("seq", "beat", type_="check")
    op.create_check_constraint("seq", "beat", "seq <> 0")
    for column in (
        sa.Column("last_at", TIME),
        sa.Column("unproved_ms", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("check_after_ms", sa.BigInteger),
        sa.Column("proved_at", TIME),
        sa.Column("check_id", sa.Uuid),
        sa.Column("missed_id", sa.Uuid),
        sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    ):
        op.add_column("lease", column)
    # Every beat moves last_at: outside every index its row is written in place.
    op.drop_index("ix_study_session_person_id_lesson_id", "study_session")
    op.create_index("ix_study_session_person_id_lesson_id", "study_session", ["person_id", "lesson_id"])
    op.add_column("coverage", sa.Column("places", JSON, nullable=False, server_default="{}"))
    op.add_column("coverage", sa.Column("online_ms", sa.BigInteger, nullable=False, server_default="0"))
    # What was learnt may be taken back: a lesson is done while its content holds what it needed.
    op.add_column("lesson_completion", sa.Column("content_hash", sa.Text))
    op.add_column("lesson_completion", sa.Column("needs_ms", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("lesson_completion", sa.Column("undone", sa.Boolean, nullable=False, server_default="false"))
    op.execute("drop trigger lesson_completion_append_only on lesson_completion")
    op.execute(f"grant update (undone) on lesson_completion to {tenancy.APPLICATION_ROLE}")
    op.execute(
        "create trigger lesson_completion_append_only before delete or update of registration_id, lesson_id, person_id,"
        " completed_at, content_hash, needs_ms, tenant_id, region_code, plan_code on lesson_completion"
        " for each row execute function lms_refuse_change()"
    )


def _ledger() -> None:
    # The session names person and school already; thousands of beats at once would lock the one row of their school.
    for name in ("person_id", "tenant_id"):
        op.drop_constraint(f"fk_hour_ledger_{name}", "hour_ledger", type_="foreignkey")
    for column in (
        sa.Column("place", sa.Text),
        sa.Column("counted", JSON),
        sa.Column("flag", sa.Text),
        sa.Column("check_id", sa.Uuid),
    ):
        op.add_column("hour_ledger", column)
    for name, rule in _NOT_BY_CHECK.items():
        op.drop_constraint(name, "hour_ledger", type_="check")
        op.create_check_constraint(name, "hour_ledger", rule)
    op.create_check_constraint("flag", "hour_ledger", "flag in ('too_fast', 'places_exceed_manifest')")
    _index_again(" and check_id is null")


def _index_again(but: str) -> None:
    for name, (columns, where) in _UNIQUE.items():
        op.drop_index(name, "hour_ledger")
        op.create_index(name, "hour_ledger", columns, unique=True, postgresql_where=sa.text(where + but))


def _seen_by() -> list[sa.Column]:
    return [
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("region_code", sa.Text, nullable=False),
        sa.Column("plan_code", sa.Text, nullable=False),
    ]


def _presence() -> None:
    op.create_table(
        "presence_check",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_seen_by(),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("study_session.id"), nullable=False),
        sa.Column("cohort_id", sa.Uuid, nullable=False),
        sa.Column("issued_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("cure_until", TIME, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("asked", JSON, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.CheckConstraint(f"form in {FORMS}", name="form"),
        sa.CheckConstraint("issued_at < due_at and due_at <= cure_until", name="times"),
    )
    op.create_index("ix_presence_check_person_id_issued_at", "presence_check", ["person_id", "issued_at"])
    op.create_index("ix_presence_check_due_at", "presence_check", ["due_at"])
    op.create_table(
        "presence_answer",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_seen_by(),
        sa.Column("check_id", sa.Uuid, sa.ForeignKey("presence_check.id"), nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("response_ms", sa.BigInteger, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.CheckConstraint("outcome in ('right', 'wrong', 'missed', 'cured', 'dropped')", name="outcome"),
        sa.CheckConstraint("way in ('touch', 'keyboard', 'voice', 'none')", name="way"),
    )
    op.create_index("ix_presence_answer_check_id", "presence_answer", ["check_id", "at"])
    op.create_index("ix_presence_answer_person_id_at", "presence_answer", ["person_id", "at"])
    # A check is missed once, and closed once.
    for name, outcomes in (("missed", "('missed')"), ("closed", "('right', 'cured', 'dropped')")):
        op.create_index(
            f"uq_presence_answer_{name}",
            "presence_answer",
            ["check_id"],
            unique=True,
            postgresql_where=sa.text(f"outcome in {outcomes}"),
        )
    for table in ("presence_check", "presence_answer"):
        tenancy.protect(op, table, SEEN)
        tenancy.append_only(op, table)


def _identity() -> None:
    op.create_table(
        "identity_proof",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_seen_by(),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("cohort_id", sa.Uuid, nullable=False),
        sa.Column("session_id", sa.Uuid),
        sa.Column("at", TIME, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("attested_by", sa.Uuid),
        sa.Column("image_hash", sa.LargeBinary),
        sa.CheckConstraint(f"method in {METHODS}", name="method"),
        sa.CheckConstraint("level between 1 and 3", name="level"),
        sa.CheckConstraint("(method = 'attested') = (attested_by is not null)", name="attested"),
        sa.CheckConstraint("attested_by <> person_id", name="not_oneself"),
        sa.CheckConstraint("(method = 'face') = (image_hash is not null)", name="face"),
    )
    op.create_index("ix_identity_proof_person_id_at", "identity_proof", ["person_id", "at"])
    op.create_index("ix_identity_proof_cohort_id_at", "identity_proof", ["cohort_id", "at"])
    # The same picture proves nobody twice, and nobody else either.
    op.create_index("uq_identity_proof_image_hash", "identity_proof", ["image_hash"], unique=True)
    op.create_table(
        "study_wish",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("slow", sa.Boolean, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
    )
    tenancy.protect(op, "identity_proof", SEEN)
    tenancy.append_only(op, "identity_proof")
    tenancy.protect(op, "study_wish", "person_id = lms_person()")


def downgrade() -> None:
    for name in DROPPED:
        op.execute(f"drop function {name}")
    for table in ("study_wish", "identity_proof", "presence_answer", "presence_check"):
        op.drop_table(table)
    op.execute("select set_config('lms.system', 'migration', true)")
    op.execute("alter table hour_ledger disable trigger hour_ledger_append_only")
    op.execute("delete from hour_ledger where check_id is not null")
    op.execute("alter table hour_ledger enable trigger hour_ledger_append_only")
    _index_again("")
    op.create_foreign_key("fk_hour_ledger_person_id", "hour_ledger", "person", ["person_id"], ["id"])
    op.create_foreign_key("fk_hour_ledger_tenant_id", "hour_ledger", "organisation", ["tenant_id"], ["id"])
    op.drop_index("ix_study_session_person_id_lesson_id", "study_session")
    op.create_index("ix_study_session_person_id_lesson_id", "study_session", ["person_id", "lesson_id", "last_at"])
    op.drop_constraint("flag", "hour_ledger", type_="check")
    for name, rule in _BEFORE.items():
        op.drop_constraint(name, "hour_ledger", type_="check")
        _from_now_on("hour_ledger", name, rule)
    for name in ("check_id", "flag", "counted", "place"):
        op.drop_column("hour_ledger", name)
    op.drop_column("coverage", "online_ms")
    op.drop_column("coverage", "places")
    op.execute("drop trigger lesson_completion_append_only on lesson_completion")
    for name in ("undone", "needs_ms", "content_hash"):
        op.drop_column("lesson_completion", name)
    tenancy.append_only(op, "lesson_completion")
    for name in ("version", "missed_id", "check_id", "proved_at", "check_after_ms", "unproved_ms", "last_at"):
        op.drop_column("lease", name)
    _beats_again()


def _beats_again() -> None:
    op.drop_constraint("figures", "study_session", type_="check")
    _from_now_on("study_session", "figures", "length_ms > 0 and position_ms >= 0 and last_seq >= 0")
    op.drop_constraint("seq", "beat", type_="check")
    _from_now_on("beat", "seq", "seq > 0")
    for name in ("device_key", "observed_seq", "hidden", "place_at", "place", "places", "kind"):
        op.drop_column("study_session", name)


def _from_now_on(table: str, name: str, rule: str) -> None:
    """What was written meanwhile stays as it is."""
    op.execute(f"alter table {table} add constraint ck_{table}_{name} check ({rule}) not valid")
