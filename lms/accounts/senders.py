"""How a one-time code reaches a phone. One interface; the operator chooses who stands behind it."""

from typing import Protocol

from lms.config import Settings
from lms.foundation.errors import Unavailable


class Sender(Protocol):
    """Sends a code to a phone number (11 digits)."""

    def send_code(self, phone: str, code: str) -> str | None:
        """Send it; gives back words to show on the screen, if there are any. Raises Unavailable."""


class ScreenSender:
    """The demonstration's: nothing is sent, the code is shown on the screen."""

    def send_code(self, phone: str, code: str) -> str | None:  # noqa: ARG002 - the interface
        """The sentence with the code."""
        return f"演示环境不发短信，验证码是 {code}"


class NoSender:
    """No provider is set up: say so instead of letting people wait for a message."""

    def send_code(self, phone: str, code: str) -> str | None:  # noqa: ARG002 - the interface
        """Refuse."""
        raise Unavailable("短信现在发不出去，请用密码登录，或者打 12333 问工作人员")


def sender_for(settings: Settings) -> Sender:
    """The sender of this installation."""
    return ScreenSender() if settings.demo else NoSender()
