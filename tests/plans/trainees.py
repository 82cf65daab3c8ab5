"""One made-up person for each programme: what makes them a legitimate trainee, and the one fact that would undo it."""

from datetime import date

from lms.plans.rules.facts import AttributeKey, Education, Fact, PersonFacts, Standing, Study

# A day on which the subsidy rule of 2023 is in force, so that plan six has something to be judged by.
DAY = date(2024, 5, 10)
SUBSIDISED = {"public_post": "no", "full_time_student": "no", "retired_pension": "no"}
FARMER = {"rural_labour": "yes", "training_wish": "yes"} | SUBSIDISED
VETERAN = {"veteran": "yes", "veteran_route": "soldier_self_employed", "settlement_year": "2024"}
APPRENTICE = {"contract_start": "2024-03-01", "contract_end": "2025-02-28", "skilled_post": "yes"}
POOR_DISABLED = {"disability": "physical", "registered_poor": "yes"}
CHIEF = {"safety_role": "principal", "high_risk_enterprise": "yes"}


def somebody(told: dict[str, str], standing: Standing = Standing.VOUCHED, **more: object) -> PersonFacts:
    """A woman of 30 from Shunde with the facts told."""
    facts = tuple(Fact(AttributeKey(key), value, standing) for key, value in told.items())
    base = {"born": date(1994, 1, 5), "sex": "f", "education": Education.JUNIOR, "hukou_region": "440606"}
    return PersonFacts(**(base | more), facts=facts)  # type: ignore[arg-type]


def studied(**done: object) -> Study:
    """A study of spring 2024 that is over."""
    base = {"enrolled_on": date(2024, 3, 1), "completed_on": date(2024, 4, 30), "results": ()}
    return Study(**(base | done))  # type: ignore[arg-type]


GONE = {"deceased": "yes"}
# programme: what makes one eligible, what undoes it
TRAINEES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "P01-leading_talent": ({"leading_talent": "yes"}, {"leading_talent": "no"}),
    "P01-top_talent": (
        {"new_gen_worker": "yes", "certificate_level": "2"},
        {"certificate_level": "4", "high_craft_skill": "no"},
    ),
    "P01-sme_backbone": ({"small_enterprise_backbone": "yes"}, {"small_enterprise_backbone": "no"}),
    "P01-dream_programme": ({"new_gen_worker": "yes"}, {"new_gen_worker": "no"}),
    "P01-entrepreneurship": (
        {"new_gen_worker": "yes", "entrepreneur_wish": "yes"},
        {"entrepreneur_wish": "no", "founder": "no"},
    ),
    "P01-remote_skills": ({"new_gen_worker": "yes"}, {"new_gen_worker": "no"}),
    "P02-cantonese_chef": ({}, GONE),
    "P02-remote_aid": ({"aided_region": "yes", "registered_poor": "yes"}, {"registered_poor": "no"}),
    "P03-maternal": ({}, GONE),
    "P03-home": ({}, GONE),
    "P03-elderly": ({}, GONE),
    "P03-nursing": ({}, GONE),
    "P03-pre_job": ({}, GONE),
    "P03-refresher": ({"domestic_worker": "yes"}, {"domestic_worker": "no"}),
    "P04-new_apprenticeship": (APPRENTICE, {"contract_end": "2025-02-27", "student_apprentice": "no"}),
    "P04-modern_apprenticeship": ({}, GONE),
    "P05-technical_skill": ({"employed_by": "顺德机械厂", "frontline_worker": "yes"}, {"employed_by": "no"}),
    "P05-regular_upskilling": ({"employed_by": "顺德机械厂", "post_mismatch": "yes"}, {"post_mismatch": "no"}),
    "P05-affected_enterprise": (
        {"employed_by": "顺德机械厂", "affected_enterprise": "yes"},
        {"affected_enterprise": "no"},
    ),
    "P05-laid_off": ({"laid_off": "yes"}, {"laid_off": "no", "redeployed": "no"}),
    "P05-remote": ({"employed_by": "顺德机械厂"}, {"employed_by": "no"}),
    "P06-precision": (FARMER, {"rural_labour": "no"}),
    "P06-pro_farmer": (FARMER, {"training_wish": "no"}),
    "P06-rural_ecommerce": (FARMER, {"retired_pension": "yes"}),
    "P06-rural_talent_leader": (FARMER | {"rural_talent_leader": "yes"}, {"rural_talent_leader": "no"}),
    "P06-cooperative": ({"cooperative_staff": "yes"}, {"cooperative_staff": "no"}),
    "P06-poor_village_leader": (FARMER | {"village_leader_candidate": "yes"}, {"village_leader_candidate": "no"}),
    "P06-lead_goose": (FARMER | {"rural_youth": "yes"}, {"rural_youth": "no"}),
    "P07-adaptation": (VETERAN, {"settlement_year": "2023"}),
    "P07-employment_skill": (VETERAN, {"veteran_route": "assigned_post"}),
    "P07-entrepreneurship": (VETERAN | {"entrepreneur_wish": "yes"}, {"veteran_route": "officer_self_chosen"}),
    "P07-degree": ({"veteran": "yes"}, {"veteran": "no"}),
    "P08-post_school_leaver": ({"post_school_leaver": "yes"}, {"post_school_leaver": "no"}),
    "P08-career_guidance": ({"post_school_leaver": "yes"}, {"post_school_leaver": "no"}),
    "P09-special_operation": (
        {"special_operation_category": "hazardous_chemicals", "first_permit": "no"},
        {"first_permit": "yes"},
    ),
    "P09-principal": (CHIEF, {"high_risk_enterprise": "no"}),
    "P09-retraining": (CHIEF | {"safety_role": "safety_manager"}, {"safety_role": "team_leader"}),
    "P09-new_staff": (CHIEF | {"safety_role": "new_staff"}, {"safety_role": "principal"}),
    "P09-team_leader": (CHIEF | {"safety_role": "team_leader"}, {"safety_role": "new_staff"}),
    "P10-vocational_skill": ({"disability": "hearing"}, {"disability": "no"}),
    "P10-practical_skill": ({"disability": "physical"}, {"disability": "no"}),
    "P10-placement": ({"disability": "intellectual"}, {"disability": "no"}),
    "P10-internship": ({"disability": "mental"}, {"disability": "no"}),
    "P10-one_plus_x": ({"disability": "hearing", "disabled_graduate": "yes"}, {"disabled_graduate": "no"}),
    "P10-apprenticeship": ({"disability": "speech"}, {"disability": "no"}),
    "P10-on_job": ({"disability": "physical", "employed_by": "均安镇纸箱厂"}, {"employed_by": "no"}),
    "P10-massage": ({"disability": "visual"}, {"disability": "physical"}),
    "P10-medical_massage": ({"disability": "visual"}, {"disability": "hearing"}),
    "P10-blind_skills": ({"disability": "multiple"}, {"disability": "mental"}),
    "P10-entrepreneurship": ({"disability": "physical", "entrepreneur_wish": "yes"}, {"entrepreneur_wish": "no"}),
    "P10-founders": ({"disability": "physical", "heritage_bearer": "yes"}, {"heritage_bearer": "no"}),
    "P10-poor_practical": (POOR_DISABLED, {"registered_poor": "no"}),
    "P10-weaving": (POOR_DISABLED, {"disability": "no"}),
    "P10-blind_employment": (POOR_DISABLED | {"disability": "visual"}, {"disability": "physical"}),
    "P10-ecommerce": (POOR_DISABLED, {"registered_poor": "no"}),
    "P10-employer": ({"employer_of_disabled": "yes"}, {"employer_of_disabled": "no"}),
    "P10-job_coach": ({"job_coach": "yes"}, {"job_coach": "no"}),
    "P10-service_staff": ({"disability_service_staff": "yes"}, {"disability_service_staff": "no"}),
    "P10-parents": ({"parent_of_disabled": "yes"}, {"parent_of_disabled": "no"}),
}
# Who differs from the woman of Shunde.
ELSEWHERE: dict[str, dict[str, object]] = {"P02-remote_aid": {"hukou_region": "522701"}}
