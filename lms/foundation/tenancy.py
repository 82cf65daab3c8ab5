"""Row-level security, in the words that migrations use."""

from alembic.operations import Operations

FUNCTIONS = """
create function lms_person() returns uuid language sql stable parallel safe as
  $$ select nullif(current_setting('lms.person', true), '')::uuid $$;
create function lms_tenants() returns uuid[] language sql stable parallel safe as
  $$ select coalesce(nullif(current_setting('lms.tenants', true), ''), '{}')::uuid[] $$;
create function lms_is_system() returns boolean language sql stable parallel safe as
  $$ select coalesce(current_setting('lms.system', true), '') <> '' $$;
create function lms_in_scope(region text, plan text) returns boolean language sql stable parallel safe as
  $$ select exists (
       select from jsonb_to_recordset(coalesce(nullif(current_setting('lms.scope', true), ''), '[]')::jsonb)
         as scope(region text, plan text)
       where starts_with($1, scope.region) and (scope.plan is null or scope.plan = $2)) $$;
create function lms_refuse_change() returns trigger language plpgsql as
  $$ begin raise exception 'rows of % are added, never changed', tg_table_name using errcode = 'restrict_violation'; end $$;
"""

# A department's scope names each of its plans; one that names none covers nothing. The three-argument form is for what
# belongs to one department alone, such as that somebody is a veteran: region and plan must hold, and the department too.
SCOPE_WITH_DEPARTMENT = """
create or replace function lms_in_scope(region text, plan text) returns boolean language sql stable parallel safe as
  $$ select exists (
       select from jsonb_to_recordset(coalesce(nullif(current_setting('lms.scope', true), ''), '[]')::jsonb)
         as scope(region text, plan text, department text)
       where starts_with($1, scope.region)
         and (scope.plan = $2 or (scope.plan is null and scope.department is null))) $$;
create function lms_in_scope(region text, plan text, department text) returns boolean
  language sql stable parallel safe as
  $$ select exists (
       select from jsonb_to_recordset(coalesce(nullif(current_setting('lms.scope', true), ''), '[]')::jsonb)
         as scope(region text, plan text, department text)
       where starts_with($1, scope.region)
         and (scope.plan = $2 or (scope.plan is null and scope.department is null))
         and (scope.department is null or scope.department = $3)) $$;
"""
SCOPE_WITHOUT_DEPARTMENT = """
drop function lms_in_scope(text, text, text);
create or replace function lms_in_scope(region text, plan text) returns boolean language sql stable parallel safe as
  $$ select exists (
       select from jsonb_to_recordset(coalesce(nullif(current_setting('lms.scope', true), ''), '[]')::jsonb)
         as scope(region text, plan text)
       where starts_with($1, scope.region) and (scope.plan is null or scope.plan = $2)) $$;
"""

APPLICATION_ROLE = "lms_app"


def protect(op: Operations, table: str, rule: str) -> None:
    """Let a row be seen and written only where `rule` (SQL over the row) holds, or by the platform itself."""
    # A sub-select is asked once a query; a bare function would be asked once a row.
    rule = rule.replace("any(lms_tenants())", "any((select lms_tenants())::uuid[])")
    rule = rule.replace("lms_person()", "(select lms_person())")
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    whole = f"({rule}) or (select lms_is_system())"
    op.execute(f"create policy {table}_visible on {table} using ({whole}) with check ({whole})")


def append_only(op: Operations, table: str) -> None:
    """Take update, delete and truncate of a table away, from the application's role and from everybody's habit."""
    op.execute(f"revoke update, delete, truncate on {table} from {APPLICATION_ROLE}")
    op.execute(
        f"create trigger {table}_append_only before update or delete on {table}"
        " for each row execute function lms_refuse_change()"
    )
