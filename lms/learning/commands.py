"""`lms cmi5-key`: a key for a system outside that imports and launches courses of cmi5."""

import json
from uuid import UUID

import click
from flask.cli import with_appcontext

from lms.accounts import queries as accounts
from lms.config import settings
from lms.foundation.database import transaction
from lms.foundation.errors import LMSError, NotFound
from lms.foundation.principal import Principal
from lms.learning.actions.cmi5 import keys

cli = click.Group("learning", help="Learning.")
_SYSTEM = Principal.system_of("cmi5-keys")


@cli.command("cmi5-key")
@click.argument("name")
@click.option("--organisation", required=True, help="Name or id of the organisation whose courses the key opens.")
@click.option("--person", type=click.UUID, help="Id of the member of staff who answers for it. [the first]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def cmi5_key(name: str, organisation: str, person: UUID | None, as_json: bool) -> None:
    """Make a key for /api/cmi5 (docs/cmi5.md). The secret is shown this once; `lms lrs-key NAME --revoke` ends it."""
    try:
        with transaction(_SYSTEM):
            tenant = _tenant(organisation)
            made = keys.issue(tenant.id, name, person)
    except LMSError as problem:
        raise click.ClickException(problem.sentence) from problem
    said = {"key": made.key, "secret": made.secret, "endpoint": f"{settings().app_origin}/api/cmi5"}
    said["organisation"] = tenant.name
    click.echo(json.dumps(said) if as_json else "\n".join(f"{part:12} {value}" for part, value in said.items()))


def _tenant(named: str) -> accounts.OrganisationView:
    try:
        return accounts.organisation(UUID(named))
    except (ValueError, NotFound):
        found = [view for kind in ("institution", "enterprise") for view in accounts.organisations_of(kind, named)]
        exact = [view for view in found if view.name == named]
        if not exact:
            raise click.ClickException(f"no organisation {named!r}") from None
        return exact[0]
