"""What is done with what is published: courses here, training packages in files of their own. Actions flush; the door commits."""

from lms.publishing.actions.courses import (
    CHECK,
    Offer,
    approve,
    check_again,
    receive,
    receive_checked,
    return_,
    submit,
    submit_checked,
)
from lms.publishing.actions.recording import record_check

__all__ = [
    "CHECK",
    "Offer",
    "approve",
    "check_again",
    "receive",
    "receive_checked",
    "record_check",
    "return_",
    "submit",
    "submit_checked",
]
