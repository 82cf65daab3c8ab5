"""Verbs about people and organisations; the rooms inside are named after what they do."""

from lms.accounts.actions.attributes import enter_many
from lms.accounts.actions.audit import audit
from lms.accounts.actions.organisations import employ, found_organisation, give_scope, take_part
from lms.accounts.actions.people import full_id_numbers, full_phone, link_or_create_many, prepare
from lms.accounts.actions.second_looks import ask_second_look, second_look, withdraw_second_look

__all__ = [
    "ask_second_look",
    "audit",
    "employ",
    "enter_many",
    "found_organisation",
    "full_id_numbers",
    "full_phone",
    "give_scope",
    "link_or_create_many",
    "prepare",
    "second_look",
    "take_part",
    "withdraw_second_look",
]
