"""What providers push about messages: each proves itself by the token in its address, WeChat by its signature."""

import hmac
from typing import Any

from flask import Blueprint, Response, request

from lms.foundation import sending
from lms.foundation.errors import NotFound
from lms.foundation.permissions import Access, allow
from lms.foundation.sending import receipts as readers

bp = Blueprint("receipts", __name__)


@bp.post("/api/receipts/aliyun/<token>")
@allow(Access.PUBLIC)
def aliyun(token: str) -> Any:
    """Alibaba Cloud's SmsReport."""
    _refuse_strangers(token)
    sending.take_receipts("aliyun", readers.of_aliyun(request.get_json(silent=True)))
    return {"code": 0, "msg": "接收成功"}


@bp.post("/api/receipts/tencent/<token>")
@allow(Access.PUBLIC)
def tencent(token: str) -> Any:
    """Tencent Cloud's status of messages."""
    _refuse_strangers(token)
    sending.take_receipts("tencent", readers.of_tencent(request.get_json(silent=True)))
    return {"result": 0, "errmsg": "OK"}


@bp.route("/api/receipts/wechat", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def wechat() -> Any:
    """WeChat asks whether we are there (GET), or tells what became of a template message (POST)."""
    account = sending.post().settings.wechat
    said = [request.args.get(name, "") for name in ("timestamp", "nonce", "signature")]
    if account is None or not readers.wechat_signed(account.options.get("token", ""), *said):
        raise NotFound()
    if request.method == "GET":
        return Response(request.args.get("echostr", "")[:200], mimetype="text/plain")
    sending.take_receipts("wechat", readers.of_wechat(request.get_data(as_text=True)))
    return Response("success", mimetype="text/plain")


def _refuse_strangers(token: str) -> None:
    wanted = sending.post().settings.receipt_token
    if not wanted or not hmac.compare_digest(wanted.encode(), token.encode()):
        raise NotFound()
