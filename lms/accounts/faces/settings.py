"""Who compares faces: one URL, read once, failing loudly; without it there is no such way and nothing speaks of it.

LMS_FACE_URL:
  tencent://SECRET_ID:SECRET_KEY@faceid.tencentcloudapi.com/?rule=RULE_ID&least=80
  aliyun://KEY_ID:KEY_SECRET@cloudauth.aliyuncs.com/?scene=SCENE_ID&least=80
`least` (70 unless said) is the likeness from which it is the same person.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.config import SettingError
from lms.foundation.sending.settings import Account, account

NAME = "LMS_FACE_URL"
PLACE = {"tencent": "rule", "aliyun": "scene"}


@dataclass(frozen=True)
class FaceSettings:
    """The account, the number of the scene that the operator made there, and the likeness asked for (0 to 100)."""

    account: Account
    scene: str
    least: float


def read(given: Mapping[str, str]) -> FaceSettings | None:
    """What the operator decided; None where there is no provider. Raises SettingError, never repeating a key."""
    found = account(given, NAME, set(PLACE))
    if found is None:
        return None
    wanted = PLACE[found.kind]
    scene = found.options.get(wanted, "")
    if not scene.isascii() or not scene.isalnum():
        raise SettingError(f"{NAME} must say {wanted}=…, the number that the provider's console gave")
    return FaceSettings(found, scene, _least(found.options.get("least", "70")))


def _least(text: str) -> float:
    if not text.isdecimal() or not 50 <= int(text) <= 100:
        raise SettingError(f"{NAME}: least must be a likeness from 50 to 100, not {text!r}")
    return float(text)
