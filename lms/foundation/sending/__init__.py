"""Messages to people: one way in, several carriers behind it (SMS, a call that reads a code aloud, WeChat)."""

from lms.foundation.sending import keeping
from lms.foundation.sending.deliveries import Receipt, Sent, notify, send_code, state_of, take_receipts
from lms.foundation.sending.messages import Channel, Purpose
from lms.foundation.sending.post import init_app, post

__all__ = [
    "Channel",
    "Purpose",
    "Receipt",
    "Sent",
    "init_app",
    "keeping",
    "notify",
    "post",
    "send_code",
    "state_of",
    "take_receipts",
]
