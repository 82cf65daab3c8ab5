"""The providers, on this machine: they check what arrives by their documents and answer as they say they do.

Written from the documents, not from our client: a signature is computed anew from the request that came.
"""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY, SECRET = "LTAI-made-up", "made-up-secret-of-the-provider"
APPID, APPSECRET = "wx0123456789", "made-up-secret-of-wechat"
RECEIPT_TOKEN = "a-token-that-nobody-guesses"


@dataclass
class Providers:
    """What they were asked, and what they are told to say next (`moods`: a status or an error code each)."""

    port: int = 0
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    moods: list[Any] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """Where they listen."""
        return f"127.0.0.1:{self.port}"

    def environ(self, *names: str) -> dict[str, str]:
        """The settings of an operator who has accounts with these."""
        here = f"@{self.host}/?scheme=http&sign=%E9%9B%81%E5%AD%A6&code=SMS_1&phone_changed=SMS_2&factors_reset=SMS_3"
        known = {
            "aliyun": f"aliyun://{KEY}:{SECRET}{here}&voice=TTS_1&from=07570000&voice_host={self.host}",
            "tencent": f"tencent://{KEY}:{SECRET}{here}&app=1400&voice_app=1401&voice_host={self.host}",
            "wechat": f"wechat://{APPID}:{APPSECRET}{here}&token=callback&open_host={self.host}",
        }
        sms = [known[name] for name in names if name != "wechat"]
        found = dict(zip(("LMS_SMS_URL", "LMS_SMS_FALLBACK_URL"), sms, strict=False))
        found |= {"LMS_WECHAT_URL": known["wechat"]} if "wechat" in names else {}
        return {**found, "LMS_RECEIPT_TOKEN": RECEIPT_TOKEN}

    def last(self) -> dict[str, Any]:
        """What the newest message said."""
        return self.asked[-1][1]


@contextmanager
def open_providers() -> Iterator[Providers]:
    """Listen until the block ends."""
    house = Providers()
    handler = type("Handler", (_Handler,), {"house": house})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    house.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield house
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    house: Providers

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _answer(self, body: bytes) -> None:
        mood = self.house.moods.pop(0) if self.house.moods else None
        if isinstance(mood, int) and mood >= 500:
            return self._say(mood, {"Code": "ServiceUnavailable"})
        if "x-acs-action" in self.headers:
            return self._say(200, self._aliyun(mood))
        if "X-TC-Action" in self.headers:
            return self._say(200, {"Response": self._tencent(body, mood)})
        return self._say(200, self._wechat(body, mood))

    def _say(self, status: int, told: dict[str, Any]) -> None:
        data = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _aliyun(self, mood: Any) -> dict[str, Any]:
        """V3 signature over the request as it came."""
        said = dict(part.split("=", 1) for part in self.headers["Authorization"].split(" ", 1)[1].split(","))
        names = said["SignedHeaders"].split(";")
        lines = "".join(f"{name}:{self.headers[name].strip()}\n" for name in names)
        path, _, query = self.path.partition("?")
        request = "\n".join(
            [self.command, path, query, lines, said["SignedHeaders"], self.headers["x-acs-content-sha256"]]
        )
        text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(request.encode()).hexdigest()
        wanted = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
        if said["Signature"] != wanted or said["Credential"] != KEY or "host" not in names:
            return {"Code": "SignatureDoesNotMatch"}
        values = dict(parse_qsl(query))
        self.house.asked.append((self.headers["x-acs-action"], values))
        number = f"biz-{len(self.house.asked)}"
        ident = {"CallId": number} if self.headers["x-acs-action"] == "SingleCallByTts" else {"BizId": number}
        return {"Code": mood} if mood else {"Code": "OK", "Message": "OK", **ident}

    def _tencent(self, body: bytes, mood: Any) -> dict[str, Any]:
        """TC3 signature over the request as it came."""
        stamp, host = self.headers["X-TC-Timestamp"], self.headers["Host"]
        content = self.headers["Content-Type"]
        said = dict(part.strip().split("=", 1) for part in self.headers["Authorization"].split(" ", 1)[1].split(","))
        key, day, service, end = said["Credential"].split("/")
        request = (
            f"POST\n/\n\ncontent-type:{content}\nhost:{host}\n\ncontent-type;host\n{hashlib.sha256(body).hexdigest()}"
        )
        text = f"TC3-HMAC-SHA256\n{stamp}\n{day}/{service}/{end}\n{hashlib.sha256(request.encode()).hexdigest()}"
        secret = ("TC3" + SECRET).encode()
        for part in (day, service, "tc3_request"):
            secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
        if said["Signature"] != hmac.new(secret, text.encode(), hashlib.sha256).hexdigest() or key != KEY:
            return {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": ""}, "RequestId": "r"}
        values = json.loads(body)
        self.house.asked.append((self.headers["X-TC-Action"], values))
        number = f"sid-{len(self.house.asked)}"
        if self.headers["X-TC-Action"] == "SendCodeVoice":
            return {"SendStatus": {"CallId": number, "SessionContext": ""}, "RequestId": "r"}
        return {"SendStatusSet": [{"SerialNo": number, "Code": mood or "Ok", "Message": ""}], "RequestId": "r"}

    def _wechat(self, body: bytes, mood: Any) -> dict[str, Any]:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        if parts.path == "/sns/oauth2/access_token":
            good = query.get("appid") == APPID and query.get("secret") == APPSECRET
            openid = self.house.codes.pop(query.get("code", ""), None) if good else None
            return (
                {"openid": openid, "scope": "snsapi_base"} if openid else {"errcode": 40029, "errmsg": "invalid code"}
            )
        values = json.loads(body)
        if parts.path == "/cgi-bin/stable_token":
            if (values.get("appid"), values.get("secret")) != (APPID, APPSECRET):
                return {"errcode": 40125, "errmsg": "invalid appsecret"}
            self.house.tokens.append(f"token-{len(self.house.tokens)}")
            return {"access_token": self.house.tokens[-1], "expires_in": 7200}
        if mood or query.get("access_token") not in self.house.tokens[-1:]:
            return {"errcode": mood or 40001, "errmsg": "no"}
        self.house.asked.append(("template", values))
        return {"errcode": 0, "errmsg": "ok", "msgid": len(self.house.asked)}
