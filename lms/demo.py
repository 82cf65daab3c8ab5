"""`lms demo`: the ten plans, made-up people, the built-in course and an open class, so that each role has work to do."""

from datetime import timedelta
from uuid import UUID

import click
from flask.cli import with_appcontext

from courses import catalogue
from lms.accounts import demo
from lms.accounts import queries as accounts
from lms.cohorts import queries as cohorts
from lms.cohorts.actions import enrolling, filing
from lms.cohorts.rules.filing import Terms
from lms.config import settings
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.principal import Principal
from lms.plans import actions as plans
from lms.publishing import builtin

CODE = "NCDS-2026-01"
ROSTER = "农村电商第1期花名册.csv"


@click.command("demo")
@with_appcontext
def command() -> None:
    """Load the plans, the built-in course, demo people and an open class; print how to sign in. Safe to repeat."""
    data = plans.read()
    with transaction(demo.stage):
        plans.load(*data)
    ids = demo.bring_in()
    clerk, administrator = _principal(ids["刘敏"]), _principal(ids["何泉"])
    built = catalogue.build(settings().data / "catalogue")
    version_id = builtin.publish(built, builtin.Publisher(ids[demo.SCHOOL], ids["刘敏"], ids["何泉"]))
    _open_class(version_id, clerk, administrator)
    for line in _how_to_sign_in():
        click.echo(line)


def _principal(person_id: UUID) -> Principal:
    with transaction(demo.stage):
        account = accounts.account(person_id)
    if account is None:
        raise LookupError(person_id)
    return account.principal


def _open_class(version_id: UUID, clerk: Principal, administrator: Principal) -> None:
    """File a class with two trainees and open it, by the same steps as on the pages."""
    with transaction(clerk):
        if any(view.code == CODE for view in cohorts.cohorts_of_tenant(clerk.tenant())):
            return
        cohort_id = filing.create(_terms(version_id), clerk)
    _enrol(cohort_id, clerk)
    with transaction(clerk):
        filing.file(cohort_id, clerk)
    with transaction(administrator):
        filed_at = cohorts.cohort_in_scope(cohort_id, administrator).filed_at
        assert filed_at is not None
        filing.decide(cohort_id, approve=True, reason="材料齐全", seen_at=filed_at, principal=administrator)


def _terms(version_id: UUID) -> Terms:
    today = clock.today()
    return Terms(
        code=CODE,
        title="农村电商入门（第1期）",
        version_id=version_id,
        starts_on=today,
        ends_on=today + timedelta(days=60),
        planned_class_hours=0,
        teacher="刘敏",
        place="顺德区均安镇文化站",
    )


def _enrol(cohort_id: UUID, clerk: Principal) -> None:
    trainees = [(n, role) for n, role in enumerate(demo.ROLES) if role.organisation is None]
    rows = [f"{role.name},{demo.id_number(role, n)},{role.phone}" for n, role in trainees]
    roster = enrolling.read("\n".join(["姓名,身份证号,手机号", *rows]).encode())
    with transaction(clerk):
        found = enrolling.compare(roster, cohort_id, clerk)
    kept = enrolling.seal(found)
    with transaction(clerk):
        import_id = enrolling.keep(kept, cohort_id, ROSTER, clerk)
    prepared = enrolling.prepare(import_id, found)
    with transaction(clerk):
        enrolling.confirm(prepared, cohort_id, clerk)


def _how_to_sign_in() -> list[str]:
    told = [f"  {role.phone}  {role.says}（{role.name}）" for role in demo.ROLES]
    return [f"用手机号登录，验证码显示在屏幕上；密码都是 {demo.PASSWORD}", *told]
