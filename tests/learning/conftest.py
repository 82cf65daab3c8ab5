"""The policy that the tests of learning are written against."""

import pytest

from lms.plans.rules import HourPolicy
from tests.learning.study import defaults


@pytest.fixture
def policy() -> HourPolicy:
    """The defaults of domain.md 2.7."""
    return defaults()
