"""Providers that compare faces, on this machine: they check what arrives by their documents and answer as they say they do.

Written from the documents, not from our client: a signature is computed anew from the request that came. A look is done
when somebody opens its page; who stands before the camera is said beforehand (`show`).
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.learning.models import FaceLook, FaceResult
from tests.learning.classroom import PLACE, Classroom
from tests.people import SYSTEM

KEY, SECRET = "AKID-made-up", "made-up-secret-of-the-face-house"
DEVICE = '{"zimVer":"3.0.0","deviceType":"h5"}'
SCRIPT = 'window.getMetaInfo = () => ({ zimVer: "3.0.0", deviceType: "h5" });'


@dataclass
class Shown:
    """Who stood before the camera. Without a number it is the person who was asked about; `code` is a failure's."""

    number: str = ""
    name: str = ""
    picture: bytes = b""
    score: float | None = 96.5
    code: int = 0


@dataclass
class Look:
    """A look that was asked for: what the platform said, and what the camera saw."""

    kind: str
    number: str
    name: str
    mark: str
    back: str
    shown: Shown | None = None


@dataclass
class FaceHouse:
    """The running house: what it was asked, whom it will see next, what it answers instead (`moods`)."""

    port: int = 0
    looks: dict[str, Look] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    next: list[Shown] = field(default_factory=list)
    moods: list[Any] = field(default_factory=list)
    token: str = ""

    @property
    def host(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.port}"

    def environ(self, kind: str = "tencent", more: str = "") -> dict[str, str]:
        """The setting of an operator who has an account here."""
        place = "rule=7" if kind == "tencent" else f"scene=1000000006&script=http://{self.host}/jsvm_all.js"
        return {"LMS_FACE_URL": f"{kind}://{KEY}:{SECRET}@{self.host}/?scheme=http&{place}{more}"}

    def show(self, **who: Any) -> None:
        """Say who stands before the camera at the next look: number, name, picture, score, code."""
        self.next.append(Shown(**who))

    def look(self, token: str) -> Look:
        """Do a look, as somebody who opens its page."""
        found = self.looks[token]
        found.shown = self.next.pop(0) if self.next else Shown()
        found.shown.picture = found.shown.picture or secrets.token_bytes(64)
        return found

    def begin(self, kind: str, number: str, name: str, mark: str, back: str) -> str:
        """Keep a look that the platform asks for; its token."""
        token = self.token or secrets.token_hex(16)
        self.looks[token] = Look(kind, number, name, mark, back)
        return token


@contextmanager
def open_face_house() -> Iterator[FaceHouse]:
    """Listen until the block ends."""
    house = FaceHouse()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"house": house}))
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
    house: FaceHouse

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/jsvm_all.js":
            return self._send(200, SCRIPT.encode(), "text/javascript")
        kind, _, token = path.strip("/").partition("/")
        if token not in self.house.looks:
            return self._send(404, b"", "text/plain")
        if kind == "picture":
            shown = self.house.looks[token].shown
            return self._send(200, shown.picture if shown else b"", "image/jpeg")
        return self._page(token)

    def _page(self, token: str) -> None:
        """The camera looks, and the page sends the browser back as each house does."""
        look = self.house.look(token)
        mark = f"BizToken={token}" if look.kind == "tencent" else "response=%7B%22code%22%3A1000%7D"
        self.send_response(302)
        self.send_header("Location", f"{look.back}{'&' if '?' in look.back else '?'}{mark}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        mood = self.house.moods.pop(0) if self.house.moods else None
        if isinstance(mood, int):
            return self._say(mood, {"Code": "ServiceUnavailable"})
        if isinstance(mood, str):
            return self._send(200, mood.encode(), "application/json")
        if mood is not None:
            return self._say(200, mood)
        if "x-acs-action" in self.headers:
            return self._say(200, self._aliyun())
        return self._say(200, {"Response": {**self._tencent(body), "RequestId": "r"}})

    def _say(self, status: int, told: Any) -> None:
        self._send(status, json.dumps(told).encode(), "application/json")

    def _send(self, status: int, data: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _tencent(self, body: bytes) -> dict[str, Any]:
        if not self._tencent_signed(body):
            return {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": ""}}
        action, said = self.headers["X-TC-Action"], json.loads(body)
        self.house.asked.append((action, said))
        if self.headers["X-TC-Version"] != "2018-03-01" or said.get("RuleId") != "7":
            return {"Error": {"Code": "InvalidParameterValue.RuleIdNotExist", "Message": ""}}
        if action == "DetectAuth":
            who = (said["IdCard"], said["Name"], said["Extra"], said["RedirectUrl"])
            token = self.house.begin("tencent", *who)
            return {"BizToken": token, "Url": f"http://{self.house.host}/page/{token}"}
        look = self.house.looks.get(said["BizToken"])
        if look is None:
            return {"Error": {"Code": "InvalidParameterValue.BizTokenExpired", "Message": ""}}
        return _tencent_result(look, said["InfoType"])

    def _tencent_signed(self, body: bytes) -> bool:
        """TC3 signature over the request as it came."""
        stamp, host, content = self.headers["X-TC-Timestamp"], self.headers["Host"], self.headers["Content-Type"]
        said = dict(part.strip().split("=", 1) for part in self.headers["Authorization"].split(" ", 1)[1].split(","))
        key, day, service, end = said["Credential"].split("/")
        hashed = hashlib.sha256(body).hexdigest()
        request = f"POST\n/\n\ncontent-type:{content}\nhost:{host}\n\ncontent-type;host\n{hashed}"
        scope = f"{day}/{service}/{end}"
        text = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        secret = ("TC3" + SECRET).encode()
        for part in (day, service, "tc3_request"):
            secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
        wanted = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
        return (said["Signature"], key, service) == (wanted, KEY, "faceid")

    def _aliyun(self) -> dict[str, Any]:
        if not self._aliyun_signed():
            return {"Code": "SignatureDoesNotMatch"}
        action, said = self.headers["x-acs-action"], dict(parse_qsl(urlsplit(self.path).query))
        self.house.asked.append((action, said))
        if self.headers["x-acs-version"] != "2019-03-07" or said.get("SceneId") != "1000000006":
            return {"Code": "404", "Message": "no scene"}
        if action == "InitFaceVerify":
            who = (said["CertNo"], said["CertName"], said["OuterOrderNo"], said["ReturnUrl"])
            token = self.house.begin("aliyun", *who)
            page = {"CertifyUrl": f"http://{self.house.host}/page/{token}"} if said.get("MetaInfo") else {}
            return {"Code": "200", "ResultObject": {"CertifyId": token, **page}}
        look = self.house.looks.get(said["CertifyId"])
        if look is None:
            return {"Code": "406"}
        return {
            "Code": "200",
            "ResultObject": _aliyun_result(look, f"http://{self.house.host}/picture/{said['CertifyId']}"),
        }

    def _aliyun_signed(self) -> bool:
        """V3 signature over the request as it came."""
        said = dict(part.split("=", 1) for part in self.headers["Authorization"].split(" ", 1)[1].split(","))
        names = said["SignedHeaders"].split(";")
        lines = "".join(f"{name}:{self.headers[name].strip()}\n" for name in names)
        path, _, query = self.path.partition("?")
        parts = [self.command, path, query, lines, said["SignedHeaders"], self.headers["x-acs-content-sha256"]]
        text = "ACS3-HMAC-SHA256\n" + hashlib.sha256("\n".join(parts).encode()).hexdigest()
        wanted = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
        return said["Signature"] == wanted and said["Credential"] == KEY and "host" in names


def _tencent_result(look: Look, kinds: str) -> dict[str, Any]:
    if look.shown is None:
        return {"Text": {"ErrCode": None, "Extra": look.mark}, "BestFrame": None}
    shown = look.shown
    codes = {"ErrCode": shown.code, "LiveStatus": shown.code, "Comparestatus": shown.code}
    whom = {"IdCard": shown.number or look.number, "Name": shown.name or look.name, "Extra": look.mark}
    told = {"Text": {**codes, **whom, "Sim": None if shown.score is None else f"{shown.score:.2f}"}, "BestFrame": None}
    if "3" in kinds and not shown.code:
        told["BestFrame"] = {"BestFrame": base64.b64encode(shown.picture).decode(), "BestFrames": []}
    return told


def _aliyun_result(look: Look, picture: str) -> dict[str, Any]:
    if look.shown is None:
        return {"Passed": "F"}
    shown = look.shown
    if shown.code:
        return {"Passed": "F", "SubCode": str(shown.code)}
    front = {"qualityScore": 88.3, "pictureUrl": picture}
    front |= {} if shown.score is None else {"verifyScore": shown.score}
    whom = json.dumps({"certNo": shown.number}) if shown.number else None
    material = json.dumps({"faceAttack": "F", "facialPictureFront": front})
    return {"Passed": "T", "SubCode": "200", "MaterialInfo": material, "IdentityInfo": whom}


def an_ended_look(room: Classroom, key: str = "xiulan") -> UUID:
    """A look of a trainee that found nobody, as it stands in the tables."""
    look_id, at = uuid4(), clock.now()
    whose = {"person_id": room.people.ids[key], "tenant_id": room.people.organisations["anyi"], **PLACE}
    times = {"started_at": at, "ends_at": at + timedelta(minutes=30)}
    with transaction(SYSTEM):
        about = {"registration_id": room.registrations[key], "provider": "tencent", "token_hash": look_id.bytes}
        db.session.add(FaceLook(id=look_id, **whose, **about, **times))
        db.session.flush()
        db.session.add(
            FaceResult(id=uuid4(), look_id=look_id, at=at, outcome="refused", code="1004", score=None, **whose)
        )
    return look_id
