"""`lms keys`: the keys that seal columns."""

import click
from flask.cli import with_appcontext

from lms.foundation import rotation, secrets

cli = click.Group("keys", help="The keys that seal sensitive columns.")


@cli.command()
def new() -> None:
    """Print a new keyring; keep it in a file that LMS_KEYS names and only the platform may read."""
    click.echo(secrets.Keyring.generate().dump())


@cli.command()
@with_appcontext
def rotate() -> None:
    """Seal everything with a new key. Killed on the way, it goes on where it stopped when started again."""
    click.echo(f"sealing with {rotation.turn()}")
    done = 0
    for count in rotation.seal_anew():
        done += count
        click.echo(f"{done} values sealed anew")
    click.echo("done; `lms keys retire` takes the old keys out of the ring once all processes have seen the new one")


@cli.command()
@with_appcontext
def retire() -> None:
    """Take keys that no value needs any more out of the ring."""
    click.echo(f"retired: {', '.join(rotation.retire()) or 'none'}")


@cli.command()
@with_appcontext
def show() -> None:
    """How many values each key seals; no key is shown."""
    used = rotation.in_use()
    for name in sorted(secrets.holder().ring().sealing):
        current = " (seals now)" if name == secrets.holder().ring().current else ""
        click.echo(f"{name}: {used[name]} values{current}")
