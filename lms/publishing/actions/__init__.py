"""What is done with what is published: courses here, training packages in files of their own. Actions flush; the door commits."""

from lms.publishing.actions.courses import (
    CHECK,
    Offer,
    approve,
    check_again,
    receive,
    record_check,
    return_,
    submit,
    submit_checked,
)

__all__ = ["CHECK", "Offer", "approve", "check_again", "receive", "record_check", "return_", "submit", "submit_checked"]
