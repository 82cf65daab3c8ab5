"""`lms lrs-key`: keys of the record store from the command line. `lms lrs-months`: room for the months to come."""

import json
from datetime import datetime
from uuid import UUID

import click
from flask.cli import with_appcontext

from lms.accounts import queries as accounts
from lms.accounts.rules.organisations import TENANT_KINDS
from lms.config import settings
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal
from lms.lrs import archiving, issuing
from lms.lrs.keys import Issued
from lms.lrs.rules.scopes import ALL, SCOPES

cli = click.Group("top", help="The record store.")
_SYSTEM = Principal.system_of("lrs-keys")


@cli.command("lrs-key")
@click.argument("name")
@click.option("--organisation", help="Name or id of the organisation whose records the key opens. [the first by name]")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="What the key may do. [all]")
@click.option("--purpose", default="", help="What it is for, for those who read the list.")
@click.option("--revoke", is_flag=True, help="Revoke the keys of this name instead.")
@click.option(
    "--rotate", is_flag=True, help="Make a new key in place of the one of this name, which stays good for a day."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def lrs_key(
    name: str,
    organisation: str | None,
    scopes: tuple[str, ...],
    purpose: str,
    revoke: bool,
    rotate: bool,
    as_json: bool,
) -> None:
    """Make a key for /xapi, replace it or revoke it. The secret is shown this once."""
    with transaction(_SYSTEM):
        tenant = _tenant(organisation)
        tenant_id = tenant.id
        said: dict[str, object]
        if revoke:
            said = {"revoked": _revoke(tenant_id, name)}
        else:
            made = _rotate(tenant_id, name) if rotate else issuing.issue(tenant_id, name, purpose, scopes or (ALL,))
            said = {"key": made.key, "secret": made.secret, "endpoint": f"{settings().app_origin}/xapi"}
            said["organisation"] = tenant.name
    click.echo(json.dumps(said) if as_json else "\n".join(f"{part:12} {value}" for part, value in said.items()))


@cli.command("lrs-months")
@click.option("--ahead", default=3, type=click.IntRange(0, 24), help="How many months ahead. [3]")
@with_appcontext
def lrs_months(ahead: int) -> None:
    """Make the tables of this month and the next ones, so that statements of each month lie together."""
    with transaction(_SYSTEM):
        archiving.add_months(ahead)
    click.echo(f"this month and {ahead} more have their tables")


@cli.command("lrs-keep")
@click.argument("months", type=click.IntRange(1, 1200))
@click.option("--reason", required=True, help="Who decided it and why; stays on record.")
@with_appcontext
def lrs_keep(months: int, reason: str) -> None:
    """Decide for how many whole months statements stay in the tables; older ones go to the archive, by a job each day."""
    with transaction(_SYSTEM):
        archiving.keep_for(months, reason)
    click.echo(f"statements stay in the tables for {months} months")


@cli.command("lrs-archives")
@with_appcontext
def lrs_archives() -> None:
    """List the archived months: how many statements, the file and its checksum."""
    with transaction(_SYSTEM):
        for found in archiving.archives():
            click.echo(
                f"{found.month:%Y-%m}  {found.state:8} {found.statements:>10}  {found.storage_key}  sha256 {found.sha256}"
            )


@cli.command("lrs-restore")
@click.argument("month", type=click.DateTime(["%Y-%m"]))
@with_appcontext
def lrs_restore(month: datetime) -> None:
    """Bring an archived month back into the tables."""
    try:
        count = archiving.restore(month.date())
    except (LookupError, archiving.NotWhole) as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"{count} statements of {month:%Y-%m} are back")


def _revoke(tenant_id: UUID, name: str) -> int:
    found = issuing.named(tenant_id, name)
    for key_id in found:
        issuing.revoke(key_id, {tenant_id})
    return len(found)


def _rotate(tenant_id: UUID, name: str) -> Issued:
    found = issuing.named(tenant_id, name)
    if len(found) != 1:
        raise click.ClickException(f"{len(found)} keys of the name {name!r} are good: revoke until one is left")
    return issuing.rotate(found[0], {tenant_id})


def _tenant(named: str | None) -> accounts.OrganisationView:
    """The organisation meant: by its id, its exact name, or the first by name; one clear sentence where there is none."""
    kinds = ("institution", "enterprise")
    found = _by_id(named) or [view for kind in kinds for view in accounts.organisations_of(kind, named or "")]
    meant = [view for view in found if named is None or named in {view.name, str(view.id)}]
    if not meant:
        said = f"no organisation {named!r}" if named else "no organisation yet: make one, or run `lms demo`"
        raise click.ClickException(said)
    return meant[0]


def _by_id(named: str | None) -> list[accounts.OrganisationView]:
    try:
        view = accounts.organisation(UUID(named or ""))
    except (ValueError, NotFound):
        return []
    return [view] if view.kind in TENANT_KINDS else []
