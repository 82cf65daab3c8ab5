"""`lms plans`."""

import click
from flask.cli import with_appcontext

from lms.foundation.database import transaction
from lms.foundation.principal import Principal
from lms.plans import actions

cli = click.Group("plans", help="The ten plans and their dated rules.")


@cli.command()
@with_appcontext
def load() -> None:
    """Bring plans, programmes and dated policies into the database."""
    data = actions.read()
    with transaction(Principal.system_of("plans load")):
        actions.load(*data)
