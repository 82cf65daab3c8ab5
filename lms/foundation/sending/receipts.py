"""What providers push back about messages, turned into receipts. Anything else than what is documented is nothing."""

import hashlib
import hmac
import re
from typing import Any

from lms.foundation.sending.deliveries import Receipt


def of_aliyun(body: Any) -> list[Receipt]:
    """SmsReport: a JSON list with biz_id, success, err_code."""
    return [
        Receipt(str(each["biz_id"]), each.get("success") is True, str(each.get("err_code", "")))
        for each in _objects(body)
        if each.get("biz_id")
    ]


def of_tencent(body: Any) -> list[Receipt]:
    """短信下发状态通知: a JSON list with sid, report_status, errmsg."""
    return [
        Receipt(str(each["sid"]), each.get("report_status") == "SUCCESS", str(each.get("errmsg", "")))
        for each in _objects(body)
        if each.get("sid")
    ]


def of_wechat(xml: str) -> list[Receipt]:
    """TEMPLATESENDJOBFINISH: one event with MsgID and Status. Read by pattern: no parser, no entities."""
    event = re.search(r"<Event><!\[CDATA\[TEMPLATESENDJOBFINISH\]\]></Event>", xml[:4000])
    number = re.search(r"<MsgID>([0-9]{1,20})</MsgID>", xml[:4000])
    status = re.search(r"<Status><!\[CDATA\[([^\]]{1,60})\]\]></Status>", xml[:4000])
    if not (event and number and status):
        return []
    return [Receipt(number[1], status[1] == "success", status[1])]


def wechat_signed(token: str, timestamp: str, nonce: str, signature: str) -> bool:
    """Whether a call is WeChat's own: sha1 over token, timestamp and nonce, sorted."""
    text = "".join(sorted((token, timestamp, nonce)))
    wanted = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    return bool(token) and hmac.compare_digest(wanted.encode(), signature.encode())


def _objects(body: Any) -> list[dict[str, Any]]:
    return [each for each in body if isinstance(each, dict)] if isinstance(body, list) else []
