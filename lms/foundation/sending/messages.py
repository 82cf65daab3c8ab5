"""What is sent, by which way, and what a provider answers."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Channel(StrEnum):
    """How a message travels."""

    SMS = "sms"
    VOICE = "voice"
    WECHAT = "wechat"


class Purpose(StrEnum):
    """What a message says: each is a template that the operator has had approved by the provider."""

    CODE = "code"
    PHONE_CHANGED = "phone_changed"
    FACTORS_RESET = "factors_reset"


@dataclass(frozen=True)
class Outgoing:
    """One message on its way: to a phone (11 digits) or an openid; `values` fill the template, in their order."""

    id: UUID
    channel: Channel
    purpose: Purpose
    to: str
    values: dict[str, str]


class ProviderRefused(Exception):
    """The provider will not send this, however often it is asked; its code, never its words."""


class QuotaReached(ProviderRefused):
    """The provider has sent this number enough for today, or the account is empty."""


class ProviderAway(Exception):
    """The provider did not answer, or asks for patience; later it may."""


class Provider(Protocol):
    """Somebody who carries messages."""

    name: str

    def carries(self, channel: Channel, purpose: Purpose) -> bool:
        """Whether the operator has set this way up."""

    def send(self, message: Outgoing) -> str:
        """Hand a message over; gives back the provider's id for it. Raises ProviderRefused or ProviderAway."""
