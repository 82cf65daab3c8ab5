"""What the tables themselves refuse, whoever writes."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from lms.accounts.models import Consent, PersonAttribute
from lms.foundation import clock
from lms.foundation.database import db, transaction
from tests.people import SYSTEM

OURS = {
    "person", "person_alias", "person_attribute", "person_document", "consent", "correction_request", "real_name_check",
}  # fmt: skip


def an_attribute(person_id, entered_by, standing="claimed"):
    row = PersonAttribute(
        person_id=person_id, entered_by=entered_by, slot=b"s", key="veteran", sensitive=False, content=b"x",
        standing=standing,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row.id


def test_models_are_what_the_migration_makes(app):
    """Sabotage: add a column to a model alone."""
    with transaction(SYSTEM) as session:
        found = compare_metadata(MigrationContext.configure(session.connection()), db.metadata)
    differences = [d for d in found if isinstance(d, tuple) and OURS & {getattr(x, "name", x) for x in d[1:4]}]
    assert not [d for d in differences if d[0] in {"add_column", "remove_column", "add_table"}]


@pytest.mark.parametrize(
    "change",
    [{"standing": "proved"}, {"key": "disability"}, {"valid_until": clock.today()}, {"ended_at": None}],
)
def test_what_was_said_of_a_person_ends_and_never_changes(people, change):
    """Sabotage: leave the trigger out of the migration."""
    with transaction(SYSTEM):
        row_id = an_attribute(people.xiulan, people.xiulan)
    ended = {"ended_at": clock.now(), "ended_why": "corrected"}
    with transaction(SYSTEM) as session:
        session.execute(update(PersonAttribute).where(PersonAttribute.id == row_id).values(**ended))
    with pytest.raises(DBAPIError), transaction(SYSTEM) as session:
        session.execute(update(PersonAttribute).where(PersonAttribute.id == row_id).values(**change))


def test_nobody_vouches_for_themself(people):
    """Sabotage: drop the constraint not_oneself."""
    with pytest.raises(IntegrityError), transaction(SYSTEM):
        an_attribute(people.xiulan, people.xiulan, "vouched")


@pytest.mark.parametrize("table", ["consent", "real_name_check", "person_alias", "person_attribute"])
def test_rows_are_not_taken_away(people, table):
    """Sabotage: leave append_only out."""
    with transaction(SYSTEM):
        an_attribute(people.xiulan, people.xiulan)
        values = {"purpose": "sensitive", "version": "1", "text_sha256": "0", "how": "phone", "given": True}
        db.session.add(Consent(person_id=people.xiulan, by_id=people.xiulan, **values))
    with pytest.raises(DBAPIError), transaction(SYSTEM) as session:
        session.execute(text(f"delete from {table}"))


def test_a_neighbour_sees_nothing_of_a_person(people):
    """Sabotage: protect person_attribute with `true`."""
    with transaction(SYSTEM):
        an_attribute(people.xiulan, people.xiulan)
    seen = {}
    for key in ("xiulan", "ahui", "liumin", "chenbo", "hequan", "zhaojun"):
        with transaction(people.principal(key)) as session:
            seen[key] = len(session.scalars(select(PersonAttribute.id)).all())
    assert seen == {"xiulan": 1, "ahui": 0, "liumin": 1, "chenbo": 0, "hequan": 1, "zhaojun": 0}
