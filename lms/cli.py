"""The `lms` command: gathers the commands of each capability."""

import sys

import click
from flask import Flask
from flask.cli import ScriptInfo, with_appcontext
from flask_migrate import upgrade

from lms import config, demo
from lms.app import create_app
from lms.foundation import commands as foundation
from lms.foundation import key_commands
from lms.foundation.services import supervisor
from lms.learning import commands as learning
from lms.lrs import commands as lrs
from lms.plans import commands as plans
from lms.publishing import commands as publishing
from lms.subsidies import commands as subsidies


def _create() -> Flask:
    """The application; raises SettingError where there is no database to work on."""
    settings = config.load()
    if not settings.database_url:
        raise config.SettingError("no database: start `make run` first, or set LMS_DATABASE_URL")
    return create_app(settings)


cli = click.Group(
    "lms",
    help="雁学 Yanxue: training on phones, learning hours that an auditor can trust.",
    context_settings={"obj": ScriptInfo(create_app=_create), "help_option_names": ["-h", "--help"]},
)


@cli.command()
@with_appcontext
def migrate() -> None:
    """Bring the database to the newest schema, as its owner."""
    upgrade()


@cli.command()
def run() -> None:
    """Start everything on this machine; Ctrl-C stops it."""
    sys.exit(supervisor.run())


cli.add_command(key_commands.cli)
cli.add_command(demo.command)
cli.add_command(plans.cli)
for group in (foundation.cli, learning.cli, lrs.cli, publishing.cli, subsidies.cli):
    for command in group.commands.values():
        cli.add_command(command)


def main() -> None:
    """Run a command; a wrong setting is one sentence and exit code 1."""
    try:
        cli()
    except config.SettingError as problem:
        click.echo(str(problem), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
