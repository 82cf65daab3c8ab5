"""The `lms` command: gathers the commands of each capability."""

import importlib
import importlib.util
import sys

import click
from flask.cli import FlaskGroup, with_appcontext
from flask_migrate import upgrade

from lms.app import CAPABILITIES, create_app
from lms.config import SettingError
from lms.foundation import key_commands


def _create() -> object:
    return create_app()


cli = FlaskGroup(
    name="lms",
    create_app=_create,
    add_default_commands=False,
    add_version_option=False,
    help="雁学 Yanxue: training on phones, learning hours that an auditor can trust.",
)


@cli.command()
@with_appcontext
def migrate() -> None:
    """Bring the database to the newest schema, as its owner."""
    upgrade()


cli.add_command(key_commands.cli)
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
    except SettingError as problem:
        click.echo(str(problem), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
