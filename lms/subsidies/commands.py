"""`lms hours export` and `lms verify`."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

import click
from flask.cli import with_appcontext

from lms.accounts.actions import audit
from lms.cohorts import queries as cohorts
from lms.foundation.database import db, transaction
from lms.foundation.errors import LMSError
from lms.foundation.evidence import keys
from lms.foundation.principal import Principal
from lms.learning.checking.commands import check
from lms.subsidies import actions
from lms.subsidies import verify as verifier
from lms.subsidies.bundle.auditing import check_database
from lms.subsidies.bundle.gathering import Order
from lms.subsidies.bundle.making import make

cli = click.Group("top")
OPERATOR = Principal.system_of("command line")
TOLD = 100


@cli.group()
def hours() -> None:
    """Learning hours for subsidy claims."""


hours.add_command(check)


@hours.command()
@click.option("--cohort", "code", required=True, help="The code of the class (班级编号).")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the bundle goes.")
@click.option("--full", is_flag=True, help="Whole ID numbers; needs --reason and is entered in the audit.")
@click.option("--reason", default="", help="Why whole ID numbers are needed.")
@with_appcontext
def export(code: str, out: Path, full: bool, reason: str) -> None:
    """Write the evidence bundle of a class.

    The sheet hours.xlsx is inside. Exit code 1, and the row and column, where a record was changed.
    """
    identity = actions.FULL if full else actions.MASKED
    try:
        order = _decide(code, identity, reason)
        with tempfile.TemporaryDirectory(prefix="lms-export-") as folder:
            made = make(order, OPERATOR, Path(folder), lambda _done, _of, words: click.echo(words, err=True))
            _put(made.bundle, out)
    except LMSError as refusal:
        click.echo(refusal.sentence, err=True)
        sys.exit(1)
    except OSError as problem:
        click.echo(f"{out} 写不进去：{problem.strerror}", err=True)
        sys.exit(1)
    figures = made.figures
    click.echo(f"{out}：{figures.people} 人，可申领 {figures.class_hours} 学时，{figures.rows} 条记录")


def _put(bundle: Path, out: Path) -> None:
    """Whole or not at all: a full disk leaves no half bundle under the name."""
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        shutil.copyfile(bundle, beside)
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)


def _decide(code: str, identity: str, reason: str) -> Order:
    """The operator's decision is kept as a person's is."""
    with transaction(OPERATOR):
        cohort = cohorts.cohort_by_code(code)
        decided = actions.decide(cohort.id, identity, reason, str(uuid4()), OPERATOR)
        db.session.add(decided)
        audit("hours:export", subject=str(decided.id), reason=reason or identity)
        return Order(cohort.id, identity, reason)


@cli.command()
@click.argument("bundle", required=False)
@click.option("--key", help="Fingerprint of the key that must have signed, or a file with it.")
@click.option("--json", "as_json", is_flag=True, help="Answer for a program.")
@click.option("--database", is_flag=True, help="Check the ledger of this platform against its tree instead.")
@click.pass_context
def verify(context: click.Context, bundle: str | None, key: str | None, as_json: bool, database: bool) -> None:
    """Check an evidence bundle, or the ledger here.

    Exit code 0: nothing was changed; 1: something was, and it says where; 2: usage.
    """
    if database == (bundle is not None):
        raise click.UsageError("give a bundle, or --database")
    if database:
        context.invoke(verify_database)
        return
    more = [*(["--key", key] if key else []), *(["--json"] if as_json else [])]
    sys.exit(verifier.main([str(bundle), *more]))


@cli.command("turn-signing-key")
@with_appcontext
def turn_signing_key() -> None:
    """Take a new signing key.

    The old key signs the new one first, so that whoever trusts the old one can follow; publish the new fingerprint.
    """
    click.echo(f"signing with {keys.turn()}")


@click.command()
@with_appcontext
def verify_database() -> None:
    """Check every ledger row and the whole tree."""
    report = check_database()
    for trouble in report.troubles[:TOLD]:
        click.echo(trouble.text())
    if len(report.troubles) > TOLD:
        click.echo(f"还有 {len(report.troubles) - TOLD} 处没有列出来")
    found = f"{report.rows} rows · {report.leaves} leaves · {report.checkpoints} checkpoints"
    if report.troubles:
        click.echo(f"没有通过：{len(report.troubles)} 处和封存时不一样\n{found} · {len(report.troubles)} altered")
        sys.exit(1)
    click.echo(f"通过：台账 {report.rows} 行和封存时一样，{report.checkpoints} 个签名都对\n{found} · 0 altered")
