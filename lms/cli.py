"""The `lms` command: gathers the commands of each capability."""

import importlib
import importlib.util
import sys

import click
from flask import Flask
from flask.cli import ScriptInfo, with_appcontext
from flask_migrate import upgrade

from lms import config, demo
from lms.app import CAPABILITIES, create_app
from lms.foundation import key_commands
from lms.foundation.services import supervisor


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
for _capability in ("foundation", *CAPABILITIES):
    _name = f"lms.{_capability}.commands"
    if importlib.util.find_spec(f"lms.{_capability}") and importlib.util.find_spec(_name):
        _found = importlib.import_module(_name).cli
        if isinstance(_found, click.Group) and _found.name in {"top", "foundation"}:
            for _command in _found.commands.values():
                cli.add_command(_command)
        else:
            cli.add_command(_found)


def main() -> None:
    """Run a command; a wrong setting is one sentence and exit code 1."""
    try:
        cli()
    except config.SettingError as problem:
        click.echo(str(problem), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
