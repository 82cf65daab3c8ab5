"""Questions about people and organisations."""

from lms.accounts.queries.account import Account, account
from lms.accounts.queries.attributes import AttributeView, attribute, attributes, facts, facts_of
from lms.accounts.queries.organisations import OrganisationView, organisation, organisations
from lms.accounts.queries.people import (
    PersonView,
    doubtful,
    find_by_id_numbers,
    known_by_id_numbers,
    people,
    person,
    same_person,
    search,
    works_for,
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

__all__ = [
    "Account",
    "AttributeView",
    "OrganisationView",
    "PersonView",
    "account",
    "attribute",
    "attributes",
    "consents_of",
    "corrections",
    "document",
    "documents_of",
    "doubtful",
    "facts",
    "facts_of",
    "find_by_id_numbers",
    "has_consented",
    "known_by_id_numbers",
    "organisation",
    "organisations",
    "people",
    "person",
    "real_name",
    "real_names_of",
    "same_person",
    "search",
    "works_for",
]
