"""Verbs about people and organisations; the rooms inside are named after what they do."""

from lms.accounts.actions.audit import audit
from lms.accounts.actions.organisations import employ, found_organisation, give_scope
from lms.accounts.actions.people import full_id_numbers, link_or_create_many, prepare

__all__ = [
    "audit",
    "employ",
    "found_organisation",
    "full_id_numbers",
    "give_scope",
    "link_or_create_many",
    "prepare",
]
