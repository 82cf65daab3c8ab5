"""Questions about people and organisations."""

from lms.accounts.queries.account import Account, account, account_at_once
from lms.accounts.queries.attributes import AttributeView, attribute, attributes, facts, facts_of
from lms.accounts.queries.delegations import in_whose_place
from lms.accounts.queries.organisations import (
    OrganisationView,
    organisation,
    organisation_by_credit_code,
    organisations,
    organisations_of,
)
from lms.accounts.queries.papers import TeacherView, teacher_named, teachers, why_not_file
from lms.accounts.queries.people import (
    PersonView,
    deceased_among,
    doubtful,
    find_by_id_numbers,
    known_by_id_numbers,
    people,
    person,
    same_person,
    search,
    works_for,
)
from lms.accounts.queries.regions import (
    RegionView,
    find_regions,
    region,
    region_name,
    region_names,
    regions_below,
    regions_by_code,
    regions_with_tag,
)
from lms.accounts.queries.rights import (
    consents_of,
    corrections,
    document,
    documents_of,
    has_consented,
    real_name,
    real_names_of,
)
from lms.accounts.queries.second_looks import (
    SecondLookView,
    count_second_looks,
    needs_second_look,
    second_look_of,
    second_looks_waiting,
)
from lms.accounts.queries.staff import colleagues, names_of, present_owners
from lms.accounts.queries.waiting import todo_people

__all__ = [
    "Account",
    "AttributeView",
    "OrganisationView",
    "PersonView",
    "RegionView",
    "SecondLookView",
    "TeacherView",
    "account",
    "account_at_once",
    "attribute",
    "attributes",
    "colleagues",
    "consents_of",
    "corrections",
    "count_second_looks",
    "deceased_among",
    "document",
    "documents_of",
    "doubtful",
    "facts",
    "facts_of",
    "find_by_id_numbers",
    "find_regions",
    "has_consented",
    "in_whose_place",
    "known_by_id_numbers",
    "names_of",
    "needs_second_look",
    "organisation",
    "organisation_by_credit_code",
    "organisations",
    "organisations_of",
    "people",
    "person",
    "present_owners",
    "real_name",
    "real_names_of",
    "region",
    "region_name",
    "region_names",
    "regions_below",
    "regions_by_code",
    "regions_with_tag",
    "same_person",
    "search",
    "second_look_of",
    "second_looks_waiting",
    "teacher_named",
    "teachers",
    "todo_people",
    "why_not_file",
    "works_for",
]
