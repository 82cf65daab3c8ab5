"""Questions about people and organisations."""

from lms.accounts.queries.account import Account, account
from lms.accounts.queries.organisations import OrganisationView, organisation, organisations
from lms.accounts.queries.people import PersonView, find_by_id_numbers, people, person

__all__ = [
    "Account",
    "OrganisationView",
    "PersonView",
    "account",
    "find_by_id_numbers",
    "organisation",
    "organisations",
    "people",
    "person",
]
