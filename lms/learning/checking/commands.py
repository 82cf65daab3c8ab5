"""`lms hours check`: recompute the ledger by the second rule, of everybody or of one class."""

import sys
from uuid import UUID

import click
from flask.cli import with_appcontext

from lms.cohorts import queries as cohorts
from lms.foundation.database import transaction
from lms.foundation.errors import LMSError
from lms.learning.checking import alarms, reading, rounds


@click.command("check")
@click.option("--cohort", "code", default="", help="The code of a class (班级编号); everybody without it.")
@with_appcontext
def check(code: str) -> None:
    """Recompute hours from the raw beats.

    Exit code 1 where the ledger says otherwise; each difference is kept as an alarm and stands in the way of exports.
    """
    try:
        cohort_id = _cohort(code) if code else None
    except LMSError as refusal:
        click.echo(refusal.sentence, err=True)
        sys.exit(1)
    people = reading.of_class(cohort_id) if cohort_id else reading.everybody()
    tally = rounds.run(f"class {cohort_id}" if cohort_id else "all", people)
    with transaction(reading.CHECKER):
        open_alarms = [one for one in alarms.alarms() if not one.settled]
    for one in open_alarms[:100]:
        click.echo(
            f"班级 {one.cohort_id} {one.day} 第 {one.seq} 条，{one.what}：台账写 {one.recorded}，重算是 {one.recomputed}"
        )
    click.echo(tally.text())
    sys.exit(1 if tally.differences else 0)


def _cohort(code: str) -> UUID:
    with transaction(reading.CHECKER):
        return cohorts.cohort_by_code(code).id
