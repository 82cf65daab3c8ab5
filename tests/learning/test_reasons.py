"""The words for time that did not count."""

import re

import pytest

from lms.learning.rules.reasons import CURABLE, NO_LOSS, SENTENCES, Reason, cause, sentence, way_out

FORBIDDEN = ("请您", "系统异常", "操作失败", "非法", "违规", "有误", "作弊", "异常", "！", "清零")


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_says_the_cause_and_the_way_out(reason):
    """Sabotage: add a reason code without its sentence."""
    assert cause(reason) and way_out(reason).endswith("。")
    assert sentence(reason).startswith(cause(reason))


@pytest.mark.parametrize("reason", list(Reason))
def test_the_voice_blames_nobody_and_tells_no_threshold(reason):
    """Sabotage: write 超过 90 秒 into a sentence."""
    assert not any(word in sentence(reason) for word in FORBIDDEN)
    assert not re.search(r"\d", sentence(reason))


def test_what_is_curable_is_a_loss():
    assert not CURABLE & NO_LOSS
    assert set(SENTENCES) == set(Reason)
