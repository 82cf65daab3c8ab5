"""What a commit of a SCO costs: all that it is judged by in one question, all that it changes in one more."""

from alembic import op

revision = "0030"
down_revision = "0029"

# As the run-time wrote it last; the launch beside it. What the attempt claims to be is in the model's docstring.
DOOR = """create function scorm_door(token bytea) returns table (o_id uuid, o_version_id uuid, o_person_id uuid,
  o_session_id uuid, o_expires_at timestamptz, o_ended_at timestamptz, o_signed_out boolean, a_id uuid, a_launch_id uuid,
  a_standard text, a_mastery double precision, a_threshold double precision, a_number integer, a_run integer,
  a_sequence integer, a_mode text, a_run_at timestamptz, a_run_seconds double precision, a_total_seconds double precision,
  a_terminated boolean, a_completion text, a_success text, a_score_scaled double precision, a_score_raw double precision,
  a_score_min double precision, a_score_max double precision, a_progress double precision, a_location text,
  a_suspend_data text, a_exit text, a_claimed_seconds double precision, a_cmi jsonb, a_completed_at timestamptz,
  a_passed_at timestamptz)
language plpgsql as $$
declare l record;
begin
  perform set_config('lms.person', '', true), set_config('lms.tenants', '{}', true), set_config('lms.scope', '[]', true),
    set_config('lms.system', 'content', true);
  select id, version_id, lesson_id, registration, person_id, session_id, expires_at, ended_at,
    tied and browser is null as signed_out into l from launch where token_hash = token;
  if not found then return; end if;
  perform set_config('lms.person', l.person_id::text, true);
  return query select l.id, l.version_id, l.person_id, l.session_id, l.expires_at, l.ended_at, l.signed_out, a.id,
    a.launch_id, a.standard, a.mastery, a.threshold, a.number, a.run, a.sequence, a.mode, a.run_at, a.run_seconds,
    a.total_seconds, a.terminated, a.completion, a.success, a.score_scaled, a.score_raw, a.score_min, a.score_max,
    a.progress, a.location, a.suspend_data, a.exit, a.claimed_seconds, a.cmi, a.completed_at, a.passed_at
    from scorm_attempt a where a.registration_id = l.registration and a.lesson_id = l.lesson_id
    order by a.number desc limit 1;
end $$"""
# Nobody else has said anything of the attempt meanwhile (its row is locked first, as everywhere), nor of the person's
# hours (0022): else nothing is written. What is said in `given`, and the long texts beside it; null leaves one as it is.
KEEP = """create function scorm_keep_as(who uuid, given jsonb, cmi jsonb, suspended text, changed text, seen integer,
  study jsonb) returns boolean
language plpgsql as $$
#variable_conflict use_variable
declare
  attempt uuid := given->>'id';
  now timestamptz := given->>'now';
begin
  perform set_config('lms.person', who::text, true), set_config('lms.tenants', '{}', true),
    set_config('lms.scope', '[]', true), set_config('lms.system', '', true);
  perform from scorm_attempt a where a.id = attempt and a.launch_id = (given->>'launch')::uuid
    and a.run = (given->>'run')::integer and a.sequence = (given->>'after')::integer and not a.terminated for update;
  if not found then return false; end if;
  if study is not null and not study_write(who, seen, study) then return false; end if;
  insert into scorm_commit (attempt_id, run, sequence, launch_id, session_id, received_at, user_agent, kind, changed)
    values (attempt, (given->>'run')::integer, (given->>'sequence')::integer, (given->>'launch')::uuid,
      (given->>'session')::uuid, now, given->>'user_agent', given->>'kind', changed);
  update scorm_attempt a set sequence = (given->>'sequence')::integer, completion = given->>'completion',
    success = given->>'success', score_scaled = (given->>'score_scaled')::double precision,
    score_raw = (given->>'score_raw')::double precision, score_min = (given->>'score_min')::double precision,
    score_max = (given->>'score_max')::double precision, progress = (given->>'progress')::double precision,
    total_seconds = (given->>'total_seconds')::double precision,
    claimed_seconds = (given->>'claimed_seconds')::double precision, location = given->>'location',
    exit = given->>'exit', suspend_data = coalesce(suspended, a.suspend_data), cmi = cmi, updated_at = now
    where a.id = attempt;
  return true;
end $$"""
FUNCTIONS = (DOOR, KEEP)


def upgrade() -> None:
    for function in FUNCTIONS:
        op.execute(function)
    # Every commit writes the row anew: room on its page keeps it there.
    op.execute("alter table scorm_attempt set (fillfactor = 60)")


def downgrade() -> None:
    op.execute("alter table scorm_attempt reset (fillfactor)")
    for name in ("scorm_keep_as", "scorm_door"):
        op.execute(f"drop function {name}")
