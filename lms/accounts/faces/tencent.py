"""Tencent Cloud faceid (2018-03-01): DetectAuth, the provider's page, GetDetectInfoEnhanced; signed by TC3-HMAC-SHA256.

Source: cloud.tencent.com/document/product/1007 (31816, 41957). A BizToken serves one look; results are kept there for
three days. InfoType 13 asks for the words and the best frame, never for the video.
"""

import base64
from typing import Any
from uuid import UUID

from lms.accounts.faces.settings import FaceSettings
from lms.accounts.rules import faces as rules
from lms.accounts.rules.faces import Finding, Outcome, Started, Subject
from lms.foundation.sending import tencent
from lms.foundation.sending.messages import ProviderAway

API = ("faceid", "2018-03-01")
WORDS_AND_FRAME = "13"


class TencentFaces:
    """Asks Tencent Cloud."""

    name, words, device_script = "tencent", "腾讯云", ""

    def __init__(self, settings: FaceSettings) -> None:
        self.settings = settings

    def start(self, subject: Subject, face_id: UUID, back: str, device: str) -> Started:  # noqa: ARG002 - the interface
        """Prepare a look; the page brings the person back to `back`."""
        body = {"RuleId": self.settings.scene, "IdCard": subject.number, "Name": subject.name}
        found = self._ask("DetectAuth", {**body, "RedirectUrl": back, "Extra": face_id.hex})
        return Started(str(found["BizToken"]), str(found["Url"]))

    def find(self, token: str, subject: Subject, face_id: UUID) -> Finding:
        """What became of a look. The result must name our own look, and the person whom it was about."""
        body = {"BizToken": token, "RuleId": self.settings.scene, "InfoType": WORDS_AND_FRAME}
        found = self._ask("GetDetectInfoEnhanced", body)
        told = found.get("Text") or {}
        if told.get("ErrCode") is None:
            return Finding(Outcome.NOT_YET)
        if told.get("Extra") != face_id.hex or not rules.same_person(subject, told.get("Name"), told.get("IdCard")):
            return Finding(Outcome.OTHER_PERSON, "other")
        codes = [told[name] for name in ("ErrCode", "LiveStatus", "Comparestatus")]
        if any(codes):
            return Finding(Outcome.REFUSED, str(next(code for code in codes if code)))
        return Finding(Outcome.PASSED, "0", float(told["Sim"]), _frame(found.get("BestFrame")))

    def _ask(self, action: str, body: dict[str, Any]) -> dict[str, Any]:
        return tencent.call(self.settings.account, self.settings.account.host, API, action, body)


def _frame(found: Any) -> bytes | None:
    text = (found or {}).get("BestFrame")
    if not text:
        return None
    picture = base64.b64decode(text)
    if not picture:
        raise ProviderAway("an empty frame")
    return picture
