"""`lms plans`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import click
from flask.cli import with_appcontext

from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.principal import Principal
from lms.plans import actions, reading
from lms.plans.rules import checking
from lms.plans.rules.pilots import Switch
from lms.plans.rules.targets import Target, Unit

cli = click.Group("plans", help="The ten plans and their dated rules.")


@cli.command()
@with_appcontext
def load() -> None:
    """Bring plans, programmes and dated policies into the database."""
    data = actions.read()
    with transaction(Principal.system_of("plans load")):
        actions.load(*data)


@cli.command()
def check() -> None:
    """Whether the data of the plans are sound; exit 1 and the faults where they are not."""
    sheets, targets, rules = reading.sheets(), reading.targets(), reading.dated_rules()
    faults = checking.faults(sheets.values(), targets, rules)
    for fault in faults:
        click.echo(fault, err=True)
    conditions = sum(len(p.rules.enrol) + len(p.rules.complete) for p in reading.programmes().values())
    counted = f"plans {len(sheets)}, programmes {len(reading.programmes())}, conditions {conditions}"
    click.echo(f"{counted}, targets {len(targets)}, dated rules {len(rules)}, faults {len(faults)}")
    sys.exit(1 if faults else 0)


DAY = click.DateTime(formats=["%Y-%m-%d"])


@cli.command()
@click.argument("code")
@click.option("--item", required=True, help="What is counted, in Chinese.")
@click.option("--unit", required=True, type=click.Choice([unit.value for unit in Unit]))
@click.option("--at-least", required=True, type=int)
@click.option("--said", required=True, help="The period, in the document's words.")
@click.option("--since", type=DAY)
@click.option("--until", type=DAY)
@click.option("--programme", "programmes", multiple=True, help="Whose training counts; may be repeated.")
@click.option("--source", required=True, help="The document that sets it.")
@click.option("--note", default="")
@with_appcontext
def target(since: datetime | None, until: datetime | None, programmes: tuple[str, ...], unit: str, **told: str) -> None:
    """Add a target of a later document: CODE is the plan and a name, P03.2022-1."""
    days = {"since": _day(since), "until": _day(until)}
    with _refusing(), transaction(Principal.system_of("plans target")):
        actions.add_target(Target(**told, **days, unit=Unit(unit), programmes=programmes))  # type: ignore[arg-type]
    click.echo(f"{told['code']} added")


@cli.command()
@click.argument("plan_code")
@click.argument("region_code")
@click.option("--since", type=DAY, help="By default today.")
@click.option("--close", is_flag=True, help="The pilot ends.")
@click.option("--source", required=True, help="The document that says so.")
@with_appcontext
def pilot(plan_code: str, region_code: str, since: datetime | None, close: bool, source: str) -> None:
    """Begin or end a city's pilot of learning at a distance: lms plans pilot P07 4406 --source …"""
    switch = Switch(region_code, _day(since) or clock.today(), not close, source)
    with _refusing(), transaction(Principal.system_of("plans pilot")):
        actions.switch_pilot(plan_code, switch)
    click.echo(f"{plan_code} {region_code} {'ends' if close else 'begins'} {switch.since}")


def _day(told: datetime | None) -> date | None:
    return told.date() if told else None


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except Refused as refusal:
        raise click.ClickException(refusal.sentence) from refusal
