"""Voiding (Data 2.3.2): a statement of this verb takes the statement it refers to out of what is told."""

VOIDED = "http://adlnet.gov/expapi/verbs/voided"


def is_voiding(verb: str) -> bool:
    """Whether a verb makes its statement a voiding one."""
    return verb == VOIDED
