"""The data files: what the plans say is sound, and every line is a line of the seed."""

from dataclasses import replace
from datetime import date

import pytest

from lms.plans import parsing, reading
from lms.plans.rules import checking
from lms.plans.rules.conditions import HoursAtLeast
from lms.plans.rules.dated import CONFIDENCE, side_by_side
from lms.plans.rules.facts import VOCABULARY, AttributeKey
from lms.plans.rules.sheets import RESULTS
from lms.plans.rules.targets import COUNTED_HERE, WORDS, Unit

SHEETS = reading.sheets()
TODAY = date(2026, 11, 20)


def test_the_data_is_sound():
    """Sabotage: a line beyond 516, a result nobody knows, a target of a programme that is not there."""
    assert checking.faults(SHEETS.values(), reading.targets(), reading.dated_rules()) == []


def test_eight_nine_and_ten_have_no_remote_clause():
    """The seed has none; nobody may claim it does. Sabotage: write one for them."""
    assert [code for code, sheet in SHEETS.items() if not sheet.remotes] == ["P08", "P09", "P10"]
    assert [code for code, sheet in SHEETS.items() if sheet.pilot] == ["P07"]


def test_every_number_of_the_seed_is_there_with_its_unit():
    """Sabotage: sum 人 and 人次, or mend the 20 and 16 万 of plan three."""
    targets = {target.code: target for target in reading.targets()}
    assert len(targets) == 46
    assert set(WORDS) == set(Unit)
    times, persons = targets["P10.1"], targets["P10.2"]
    assert (times.at_least, times.unit, persons.at_least, persons.unit) == (80600, "person_times", 36000, "persons")
    home = [target for target in targets.values() if target.line == 180]
    assert sum(target.at_least for target in home) == 160_000 and targets["P03.5"].at_least == 200_000
    assert "4 万" in targets["P03.5"].note
    assert targets["P03.3"].unit is Unit.BASES_PER_CITY and targets["P03.4"].note


def test_a_target_counts_the_training_of_its_programmes():
    """Sabotage: compare by prefix without the hyphen."""
    everybody = next(target for target in reading.targets() if target.code == "P10.1")
    goose = next(target for target in reading.targets() if target.item == "领头雁")
    assert everybody.counts("P10-parents") and not everybody.counts("P01-dream_programme")
    assert not replace(goose, programmes=("P06-pro",)).counts("P06-pro_farmer")
    assert goose.counts("P06-lead_goose") and not goose.counts("P06-pro_farmer")
    assert goose.counted_here and goose.unit in COUNTED_HERE


def test_later_rules_stand_beside_the_seed():
    """Sabotage: return the newest alone; the seed's 中级工 would be gone."""
    both = side_by_side(reading.dated_rules(), "uplift_level_at_least", "P04-new_apprenticeship", date(2024, 5, 10))
    assert [(rule.value, rule.from_seed) for rule in both] == [(4, True), (3, False)]
    after = side_by_side(reading.dated_rules(), "uplift_level_at_least", "P04-new_apprenticeship", TODAY)
    assert [rule.value for rule in after] == [4]


@pytest.mark.parametrize(
    ("region", "found"), [("440303", [50]), ("440303001", [50]), ("4403", []), ("440304", []), ("440606", [])]
)
def test_a_rule_of_one_place_holds_there_alone(region, found):
    """Sabotage: compare the regions the wrong way round."""
    rules = side_by_side(
        reading.dated_rules(), "online_share_percent_max", "P04-new_apprenticeship", date(2024, 5, 10), region
    )
    assert [rule.value for rule in rules] == found


def test_every_rule_says_how_sure_we_are():
    assert all(rule.confidence in CONFIDENCE and rule.source for rule in reading.dated_rules())
    assert all(rule.line and rule.quote for rule in reading.dated_rules() if rule.from_seed)


@pytest.mark.parametrize(
    ("code", "key"), [("P09-principal", "initial_class_hours"), ("P09-retraining", "yearly_class_hours")]
)
def test_the_hours_asked_of_a_person_are_those_the_page_shows(code, key):
    """Sabotage: change 48 in one place only."""
    shown = side_by_side(SHEETS["P09"].rules, key, code, TODAY)
    asked = [
        c.condition.hours for c in reading.programmes()[code].rules.complete if isinstance(c.condition, HoursAtLeast)
    ]
    assert [rule.value for rule in shown] == asked


def test_every_result_is_given_here_or_by_somebody_named():
    """Thirteen kinds; two are ours to give. Sabotage: let the platform issue a permit."""
    assert len(RESULTS) == 13 and all(kind.issuer and kind.words for kind in RESULTS.values())
    assert {code for code, kind in RESULTS.items() if kind.here} == {"completion", "training_qualified"}


def test_a_condition_nobody_knows_is_an_error():
    """Sabotage: skip what is not understood; a misspelt condition would let everybody in."""
    for row in ({"si": "veteran"}, {"is": "veteran", "sex": "f"}):
        with pytest.raises(parsing.UnknownCondition):
            parsing.condition(row)
    with pytest.raises(ValueError, match="vetran"):
        parsing.condition({"is": "vetran"})


def test_every_fact_has_words():
    assert set(VOCABULARY) == set(AttributeKey)
    assert {key for key, attribute in VOCABULARY.items() if attribute.sensitive} >= {
        AttributeKey.DISABILITY,
        AttributeKey.REGISTERED_POOR,
        AttributeKey.POOR_FAMILY_CHILD,
    }


DUTIES = {duty.key: duty for sheet in SHEETS.values() for duty in sheet.duties}


@pytest.mark.parametrize(
    ("key", "since", "due"),
    [
        ("refresher", date(2024, 2, 29), date(2026, 2, 28)),
        ("refresher", date(2026, 11, 20), date(2028, 11, 20)),
        ("competence", date(2026, 8, 31), date(2027, 2, 28)),
        ("yearly_retraining", date(2026, 3, 1), date(2026, 12, 31)),
        ("yearly_free_course", date(2026, 12, 31), date(2026, 12, 31)),
    ],
)
def test_when_a_duty_falls_due(key, since, due):
    """Sabotage: 730 days for two years, 180 days for six months."""
    assert DUTIES[key].due_on(since) == due
    assert not DUTIES[key].overdue(since, due) and DUTIES[key].overdue(since, date.fromordinal(due.toordinal() + 1))
