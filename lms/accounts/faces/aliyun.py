"""Alibaba Cloud 金融级实人认证 (Cloudauth 2019-03-07): InitFaceVerify, the page, DescribeFaceVerify; ACS3-HMAC-SHA256.

Source: help.aliyun.com/document_detail/173781.html (H5, ID_PRO), …/describefaceverify. Name and number stand at the
provider under the CertifyId from the first question on; the page's address is good for 30 minutes and one look. MetaInfo
says which browser opens it and comes from the provider's own script (routes/facing.py keeps that script in a cage).
"""

import json
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from lms.accounts.faces.settings import FaceSettings
from lms.accounts.rules.faces import Finding, Outcome, Started, Subject
from lms.foundation.sending import aliyun
from lms.foundation.sending.http import fetch
from lms.foundation.sending.messages import ProviderAway

VERSION = "2019-03-07"
SCRIPT = "https://o.alicdn.com/yd-cloudauth/cloudauth-cdn/jsvm_all.js"
PICTURES = ".aliyuncs.com"
MOST_BYTES = 5_000_000


class AliyunFaces:
    """Asks Alibaba Cloud."""

    name, words = "aliyun", "阿里云"

    def __init__(self, settings: FaceSettings) -> None:
        self.settings = settings
        self.device_script = settings.account.options.get("script", SCRIPT)

    def start(self, subject: Subject, face_id: UUID, back: str, device: str) -> Started:
        """Prepare a look; without what the browser says of itself (`device`) the provider gives no page."""
        query = {"OuterOrderNo": face_id.hex, "ProductCode": "ID_PRO", "CertType": "IDENTITY_CARD"}
        query |= {"CertName": subject.name, "CertNo": subject.number, "ReturnUrl": back}
        found = self._ask("InitFaceVerify", {**query, "MetaInfo": device, "CertifyUrlType": "H5"})
        return Started(str(found["CertifyId"]), str(found["CertifyUrl"]))

    def find(self, token: str, subject: Subject, face_id: UUID) -> Finding:  # noqa: ARG002 - the interface
        """What became of a look."""
        found = self._ask("DescribeFaceVerify", {"CertifyId": token})
        passed, code = found.get("Passed"), str(found.get("SubCode") or "")
        if passed not in {"T", "F"} or (passed == "F" and not code):
            return Finding(Outcome.NOT_YET)
        if passed == "F":
            return Finding(Outcome.REFUSED, code)
        if _about_another(found.get("IdentityInfo"), subject):
            return Finding(Outcome.OTHER_PERSON, "other")
        shown = json.loads(found.get("MaterialInfo") or "{}")
        if shown.get("faceAttack") == "T":
            return Finding(Outcome.REFUSED, "attack")
        front = shown.get("facialPictureFront") or {}
        score = front.get("verifyScore")
        likeness = None if score is None else float(score)
        return Finding(Outcome.PASSED, code, likeness, self._picture(front.get("pictureUrl")))

    def _ask(self, action: str, query: dict[str, str]) -> dict[str, Any]:
        account = self.settings.account
        found = aliyun.call(account, account.host, action, {"SceneId": self.settings.scene, **query}, VERSION)
        if str(found.get("Code")) != "200":
            raise aliyun.problem(str(found.get("Code") or ""))
        result = found["ResultObject"]
        if not isinstance(result, dict):
            raise ProviderAway("no result")
        return result

    def _picture(self, address: Any) -> bytes | None:
        """The picture, where the operator lets the provider keep one; from the provider's own store alone."""
        if not address:
            return None
        parts, account = urlsplit(str(address)), self.settings.account
        own = parts.scheme == "https" and (parts.hostname or "").endswith(PICTURES)
        if not own and not (account.scheme == "http" and parts.netloc == account.host):
            raise ProviderAway("a picture from elsewhere")
        return fetch(str(address), MOST_BYTES)


def _about_another(told: Any, subject: Subject) -> bool:
    """IdentityInfo is mostly empty; where it names a number it must be the one that was asked about."""
    if not told or told == "null":
        return False
    said = json.loads(told) if isinstance(told, str) else told
    number = said.get("certNo") or said.get("CertNo")
    return number is not None and str(number).upper() != subject.number.upper()
