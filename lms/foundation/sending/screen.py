"""The demonstration's carrier: nothing leaves the house, the code is shown on the screen."""

from lms.foundation.sending.messages import Channel, Outgoing, Purpose


class Screen:
    """Carries everything nowhere."""

    name = "screen"

    def carries(self, channel: Channel, purpose: Purpose) -> bool:  # noqa: ARG002 - the interface
        """Everything."""
        return True

    def send(self, message: Outgoing) -> str:
        """Nothing is sent."""
        return str(message.id)


def shown(channel: Channel, code: str) -> str:
    """The sentence with the code."""
    how = "不打电话" if channel is Channel.VOICE else "不发短信"
    return f"演示环境{how}，验证码是 {code}"
