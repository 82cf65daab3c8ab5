"""Who may enrol, complete and be claimed for."""

from dataclasses import replace
from datetime import date

import pytest

from lms.plans import reading
from lms.plans.rules.eligibility import Answer, Stage, judge
from lms.plans.rules.facts import AttributeKey, Education, Fact, PersonFacts, Standing
from tests.plans.trainees import (
    APPRENTICE,
    CHIEF,
    DAY,
    ELSEWHERE,
    FARMER,
    SUBSIDISED,
    TRAINEES,
    VETERAN,
    somebody,
    studied,
)

TODAY = date(2026, 11, 20)


def verdict(code, facts, on=DAY, stage=Stage.ENROL):
    return judge(reading.programmes()[code].rules, facts, on, stage)


def answer(code, told, on=DAY, stage=Stage.ENROL, standing=Standing.VOUCHED, **more):
    return verdict(code, somebody(told, standing, **more), on, stage).answer


def test_a_programme_without_conditions_says_so():
    """Sabotage: say that she is alive, and nothing else."""
    assert [ground.words for ground in verdict("P03-home", somebody({})).grounds] == [
        "符合：文件没有为“居家服务培训”另设条件"
    ]


def test_every_programme_has_its_trainee():
    """Sabotage: add a programme to the data without a person here."""
    assert set(TRAINEES) == set(reading.programmes())


@pytest.mark.parametrize("code", TRAINEES)
def test_the_right_person_may_enrol_and_the_wrong_one_may_not(code):
    """Sabotage: drop any condition of any programme, or name a wrong line for it."""
    right, wrong = TRAINEES[code]
    elsewhere = ELSEWHERE.get(code, {})
    assert answer(code, right, **elsewhere) is Answer.YES
    refused = verdict(code, somebody(right | wrong, **elsewhere))
    assert refused.answer is Answer.NO
    assert any(ground.answer is Answer.NO and ground.words.startswith("不符合") for ground in refused.grounds)


@pytest.mark.parametrize("code", TRAINEES)
def test_the_right_person_by_her_own_word_alone_is_never_refused(code):
    """Sabotage: treat what is only claimed as untrue."""
    assert answer(code, TRAINEES[code][0], standing=Standing.CLAIMED, **ELSEWHERE.get(code, {})) is not Answer.NO


def test_a_named_person_may_attest_what_no_certificate_shows():
    """Sabotage: ask for the certificate only, or let the worker attest himself."""
    skilled = {"new_gen_worker": "yes", "high_craft_skill": "yes", "certificate_level": "5"}
    assert answer("P01-top_talent", skilled) is Answer.YES
    assert answer("P01-top_talent", skilled, standing=Standing.CLAIMED) is Answer.NEEDS_PROOF
    clauses = {ground.clause for ground in verdict("P01-top_talent", somebody(skilled)).grounds}
    assert "L86" in clauses


@pytest.mark.parametrize(
    ("born", "told"), [(date(2008, 9, 1), {}), (date(2007, 1, 1), {}), (date(2009, 5, 11), {"full_time_student": "no"})]
)
def test_school_leavers_of_15_to_17_are_trainees(born, told):
    """Sabotage: ask everybody to be of working age."""
    assert answer("P08-post_school_leaver", {"post_school_leaver": "yes"} | told, born=born) is Answer.YES


def test_a_student_apprentice_needs_no_labour_contract():
    """Sabotage: drop the branch of the student apprentice, here or in the subsidy rule."""
    student = {"student_apprentice": "yes", "full_time_student": "yes", "public_post": "no", "retired_pension": "no"}
    assert answer("P04-new_apprenticeship", student, born=date(2007, 1, 1)) is Answer.YES
    done = studied(results=("skill_level",), result_on=DAY)
    claim = {"stage": Stage.CLAIM, "standing": Standing.PROVED, "study": done, "born": date(2007, 1, 1)}
    assert answer("P04-new_apprenticeship", student, **claim) is Answer.YES
    assert answer("P01-remote_skills", student | {"new_gen_worker": "yes"}, **claim) is Answer.NO


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2024-03-01", "2025-02-28", Answer.YES),
        ("2024-03-01", "2025-03-01", Answer.YES),
        ("2024-03-01", "2025-02-27", Answer.NO),
        ("2023-03-01", "2024-05-09", Answer.NO),
        ("2024-02-29", "2025-02-27", Answer.YES),
        ("2024-03-01", None, Answer.NEEDS_PROOF),
    ],
)
def test_a_contract_of_a_year_that_still_runs(start, end, expected):
    """Sabotage: count 365 days, or forget that the contract may be over."""
    told = {"skilled_post": "yes", "contract_start": start, "student_apprentice": "no"}
    assert answer("P04-new_apprenticeship", told | ({"contract_end": end} if end else {})) is expected


def test_a_contract_without_an_end_is_long_enough():
    told = {"skilled_post": "yes", "contract_start": "2024-05-01", "contract_open_ended": "yes"}
    assert answer("P04-new_apprenticeship", told) is Answer.YES


@pytest.mark.parametrize(
    ("education", "first", "category", "expected"),
    [
        (Education.SENIOR, "yes", "hazardous_chemicals", Answer.YES),
        (Education.JUNIOR, "yes", "hazardous_chemicals", Answer.NO),
        (Education.JUNIOR, "no", "hazardous_chemicals", Answer.YES),
        (Education.JUNIOR, "yes", "welding", Answer.YES),
        (None, "yes", "hazardous_chemicals", Answer.NEEDS_PROOF),
    ],
)
def test_hazardous_chemicals_ask_for_senior_school_of_those_who_apply_first(education, first, category, expected):
    """Sabotage: ask every special operation for it, or nobody."""
    told = {"special_operation_category": category, "first_permit": first}
    assert answer("P09-special_operation", told, education=education) is expected


@pytest.mark.parametrize("relation", ["parents", "employer", "job_coach", "service_staff"])
def test_who_has_no_disability_may_learn_beside_those_who_have(relation):
    """Sabotage: ask all of plan ten for a disability."""
    told, _ = TRAINEES[f"P10-{relation}"]
    assert answer(f"P10-{relation}", told | {"disability": "no"}) is Answer.YES


@pytest.mark.parametrize("relation", ["parents", "employer", "job_coach", "service_staff"])
def test_whether_they_can_be_claimed_for_is_for_the_authority_to_say(relation):
    """The seed speaks of subsidies for the disabled (L516). Sabotage: let the general rule answer yes."""
    told = TRAINEES[f"P10-{relation}"][0] | SUBSIDISED
    claim = verdict(f"P10-{relation}", somebody(told, Standing.PROVED, study=studied()), DAY, Stage.CLAIM)
    assert claim.answer is Answer.NEEDS_PROOF
    assert [ground.where for ground in claim.grounds if ground.answer is Answer.NEEDS_PROOF] == ["第 516 行"]
    blind = {"disability": "visual"} | SUBSIDISED
    claimed = {"stage": Stage.CLAIM, "standing": Standing.PROVED, "study": studied()}
    assert answer("P10-massage", blind, **claimed) is Answer.YES


def test_a_weaver_is_a_woman():
    told, _ = TRAINEES["P10-weaving"]
    assert answer("P10-weaving", told, sex="m") is Answer.NO
    assert answer("P10-weaving", told, sex=None) is Answer.NEEDS_PROOF


@pytest.mark.parametrize(
    ("hukou", "expected"), [("522701", Answer.YES), ("440606", Answer.NO), (None, Answer.NEEDS_PROOF)]
)
def test_the_aided_come_from_outside_the_province(hukou, expected):
    """Sabotage: ask everybody for a hukou of Guangdong."""
    assert answer("P02-remote_aid", TRAINEES["P02-remote_aid"][0], hukou_region=hukou) is expected


@pytest.mark.parametrize(("on", "expected"), [(DAY, Answer.YES), (date(2023, 12, 31), Answer.NO), (TODAY, Answer.NO)])
def test_adaptation_is_for_those_settled_this_year(on, expected):
    assert answer("P07-adaptation", VETERAN, on) is expected


def test_a_retired_veteran_is_past_working_age():
    """Sabotage: drop the condition; or ask a woman for the age of a worker when her post is not known."""
    assert answer("P07-employment_skill", VETERAN, sex="m", born=date(1964, 5, 11)) is Answer.YES
    assert answer("P07-employment_skill", VETERAN, sex="m", born=date(1964, 5, 10)) is Answer.NO
    assert answer("P07-employment_skill", VETERAN, sex="f", born=date(1972, 1, 1)) is Answer.NEEDS_PROOF


def test_plan_six_asks_for_the_subsidy_rule_at_the_door():
    """The seed says so (L310). Sabotage: enrol_by_subsidy for no programme."""
    refused = verdict("P06-rural_ecommerce", somebody(FARMER | {"public_post": "yes"}))
    assert refused.answer is Answer.NO
    assert "粤人社规〔2023〕13号" in {g.clause for g in refused.grounds if g.answer is Answer.NO}


def test_no_rule_in_force_needs_proof_and_says_so():
    """Sabotage: say no, or yes, where no document is known for the day."""
    found = verdict("P06-rural_ecommerce", somebody(FARMER), TODAY)
    assert found.answer is Answer.NEEDS_PROOF
    assert [g.words for g in found.grounds if g.answer is Answer.NEEDS_PROOF] == [
        "还要证明：平台没有 2026年11月20日有效的补贴办法，请主管部门说明按哪份文件"
    ]


@pytest.mark.parametrize(
    ("theory", "practical", "results", "expected"),
    [
        (30, 18, ("safety_competence",), Answer.YES),
        (48, None, ("safety_competence",), Answer.YES),
        (30, 17, ("safety_competence",), Answer.NO),
        (30, None, ("safety_competence",), Answer.NEEDS_PROOF),
        (48, 0, (), Answer.NO),
        (48, 0, None, Answer.NEEDS_PROOF),
    ],
)
def test_a_principal_completes_with_48_hours_and_the_certificate(theory, practical, results, expected):
    """Sabotage: 47 hours; or take the certificate for granted."""
    done = studied(theory_hours=theory, practical_hours=practical, results=results)
    assert answer("P09-principal", CHIEF, stage=Stage.COMPLETE, study=done) is expected


def test_no_lesson_on_a_phone_is_practical_training():
    """Sabotage: add theory to practical hours for special operations."""
    for practical, expected in ((0, Answer.NO), (1, Answer.YES)):
        done = studied(theory_hours=100, practical_hours=practical)
        assert answer("P09-special_operation", {}, stage=Stage.COMPLETE, study=done) is expected


def test_completing_does_not_ask_again_who_one_is():
    """Who was rightly enrolled and then left the farm has still completed. Sabotage: ask the enrolling conditions too."""
    assert answer("P06-rural_ecommerce", {"rural_labour": "no"}, stage=Stage.COMPLETE, study=studied()) is Answer.YES


def test_claiming_asks_for_the_day_of_enrolment_and_for_proof():
    """Sabotage: judge the year of settlement on the day of the claim, or take vouching for proof."""
    done = studied(completed_on=date(2024, 12, 20), result_on=date(2025, 1, 10))
    january = {"on": date(2025, 1, 15), "stage": Stage.CLAIM, "study": done}
    told = VETERAN | SUBSIDISED
    assert answer("P07-adaptation", told, standing=Standing.PROVED, **january) is Answer.YES
    assert answer("P07-adaptation", told, **january) is Answer.NEEDS_PROOF


@pytest.mark.parametrize(
    ("on", "expected"),
    [(date(2025, 4, 30), Answer.YES), (date(2025, 5, 1), Answer.NO), (date(2026, 1, 1), Answer.NEEDS_PROOF)],
)
def test_a_claim_has_twelve_months_and_a_rule_in_force(on, expected):
    """Sabotage: 365 days from today; or let the rule of 2023 outlive its last day."""
    told = {"new_gen_worker": "yes"} | SUBSIDISED
    found = answer("P01-remote_skills", told, on, Stage.CLAIM, Standing.PROVED, study=studied())
    assert found is expected


@pytest.mark.parametrize(
    ("sex", "born", "expected"),
    [
        ("m", date(1964, 3, 2), Answer.YES),
        ("m", date(1963, 3, 2), Answer.NEEDS_PROOF),
        ("m", date(1963, 2, 1), Answer.NO),
        ("m", date(1962, 3, 1), Answer.NO),
        ("f", date(1969, 3, 2), Answer.YES),
        ("f", date(1967, 3, 1), Answer.NO),
        ("f", date(2008, 3, 1), Answer.YES),
        ("f", date(2008, 3, 2), Answer.NO),
    ],
)
def test_the_rule_of_2023_has_ages_of_its_own(sex, born, expected):
    """Sabotage: take the statutory age instead; or decide the upper year, of which the rule does not speak."""
    told = {"new_gen_worker": "yes"} | SUBSIDISED
    who = {"sex": sex, "born": born, "study": studied(results=("completion",))}
    assert answer("P01-remote_skills", told, DAY, Stage.CLAIM, Standing.PROVED, **who) is expected


def test_a_fact_counts_only_while_it_is_valid_and_the_firmest_wins():
    """Sabotage: look at the newest fact whatever its standing, or forget the dates."""
    key = AttributeKey.DOMESTIC_WORKER
    old = Fact(key, "yes", Standing.PROVED, valid_until=date(2024, 5, 9))
    told = Fact(key, "no", Standing.CLAIMED)
    proved = Fact(key, "yes", Standing.PROVED, valid_from=DAY)
    refresher = "P03-refresher"
    assert verdict(refresher, PersonFacts(facts=(old,))).answer is Answer.NEEDS_PROOF
    assert verdict(refresher, PersonFacts(facts=(proved, told))).answer is Answer.YES
    assert verdict(refresher, PersonFacts(facts=(old, told))).answer is Answer.NO


def test_an_apprentice_may_learn_a_second_time_with_the_same_facts():
    """The rules keep nothing. Sabotage: remember a verdict."""
    facts = somebody(APPRENTICE)
    assert verdict("P04-new_apprenticeship", facts) == verdict("P04-new_apprenticeship", replace(facts))
