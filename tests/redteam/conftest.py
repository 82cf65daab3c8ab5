"""The ground of the attacks without a server."""

from datetime import timedelta
from typing import Any

import pytest

from lms.foundation import clock
from tests.conftest import client_of
from tests.redteam.ground import Ground, Trainee, lay_out
from tests.redteam.hands import DESKTOP, PHONE, TestLine


@pytest.fixture
def ground(app: Any, people: Any, turn_clock: Any) -> Ground:
    """The class and its people, rolled back afterwards."""

    def line(who: Trainee, device: str) -> TestLine:
        return TestLine(client_of(app, who.id), DESKTOP if device == "desktop" else PHONE)

    return lay_out(lambda seconds: clock.turn(timedelta(seconds=seconds)), line, people)
