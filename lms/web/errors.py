"""How a refusal reaches a person (a page in Chinese) or a machine (JSON)."""

import logging
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from lms.foundation.errors import LMSError, NotSignedIn

log = logging.getLogger(__name__)

SENTENCES = {
    400: "这一步没有办成，回到上一页再试一次",
    404: "没有找到这一页，或者它不归你管",
    405: "这一页不能这样打开，回到上一页再试一次",
    413: "文件太大了，请按页面上写的大小再选一个",
    415: "这种格式我们读不了，看看页面上写的是哪几种",
    429: "试得太快了，歇一会儿再来",
    500: "我们这边出了问题，你学过的都在。过几分钟再打开",
    503: "我们这边出了问题，你学过的都在。过几分钟再打开",
}


def init_app(app: Flask) -> None:
    """Answer every error of this application."""
    app.register_error_handler(LMSError, _refused)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def _refused(error: LMSError) -> Any:
    if isinstance(error, NotSignedIn) and request.method == "GET" and not wants_json():
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    return answer(error.status, error.code, error.sentence, error.field)


def _expired(_: CSRFError) -> Any:
    return answer(400, "page_expired", "这一页打开太久了。回到上一页，刷新后再交一次，填的内容还在")


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if error.response is not None or 300 <= status < 400:
        return error
    return answer(status, error.name.lower().replace(" ", "_"), SENTENCES.get(status, SENTENCES[400]))


def _fault(_: Exception) -> Any:
    log.exception("request failed")
    return answer(500, "fault", SENTENCES[500])


# addresses that only scripts talk to: the store, the course interface, readiness, beats and answers to presence checks
MACHINES = ("/xapi", "/api", "/readyz", "/learn/sessions/", "/learn/checks/")


def wants_json() -> bool:
    """Whether a machine asks: a JSON address, a JSON body, or JSON wanted above HTML."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return request.is_json or request.path.startswith(MACHINES) or best == "application/json"


def answer(status: int, code: str, sentence: str, field: str | None = None) -> Response:
    """The refusal as JSON or as a page."""
    if wants_json():
        told = {"error": code, "message": sentence, "request": g.get("request_id")}
        body = jsonify(told | ({"field": field} if field else {}))
    else:
        body = make_response(render_template("error.html", sentence=sentence, status=status))
    body.status_code = status
    body.headers["Cache-Control"] = "no-store"
    return body
