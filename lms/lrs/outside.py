"""Speaking to a record store of somebody else: the tincan client, held to the address that was looked at.

An administrator types the address, so it may point inwards. The name is looked up once, every address found must be a
public one, and the connection is made to the very address that was looked at: a name that changes its mind is no help.
Redirects are not followed; answers are read up to a limit.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from tincan import RemoteLRS
from tincan.http_request import HTTPRequest
from tincan.lrs_response import LRSResponse

from lms.config import settings
from lms.lrs.rules.versions import HEADER, Version

SECONDS = 20
LONGEST_ANSWER = 1_000_000
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


class Unreachable(Exception):
    """The other store does not answer, or may not be spoken to; the sentence is for the page."""


@dataclass(frozen=True)
class Told:
    """What the other store answered."""

    status: int
    words: str

    @property
    def taken(self) -> bool:
        """Whether the statements are there now."""
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """Whether the statements themselves were refused: sending them again will not help."""
        return self.status in {400, 409, 413, 415, 422}


class Outside(RemoteLRS):
    """tincan's client with a connection of our own."""

    def deliver(self, payloads: Sequence[str], version: Version, mixed: tuple[str, bytes] | None = None) -> Told:
        """Send statements as they are kept; `mixed` is (content type, body) where attachments go along.

        Raises Unreachable.
        """
        request = HTTPRequest(method="POST", resource="statements")
        body = mixed[1] if mixed else ("[" + ",".join(payloads) + "]").encode()
        request.headers["Content-Type"] = mixed[0] if mixed else "application/json"
        request.headers[HEADER] = version.value
        answer = self._send_request(request, body)
        return Told(answer.response.status, answer.data[:400])

    def _send_request(self, request: HTTPRequest, body: bytes | None = None) -> LRSResponse:
        """As in tincan, which knows no bytes: a body of its own is text, and http.client would write it as Latin-1."""
        own = getattr(request, "content", None)
        body = own.encode() if body is None and own is not None else body
        parts = urlsplit(self.endpoint + request.resource)
        path = parts.path + ("?" + urlencode(request.query_params) if request.query_params else "")
        headers = {HEADER: self.version, "Authorization": self.auth, **request.headers}
        line = connection(self.endpoint)
        try:
            line.request(request.method, path, body, headers)
            response = line.getresponse()
            data = response.read(LONGEST_ANSWER).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as problem:
            raise Unreachable(f"对方没有回答（{type(problem).__name__}）") from problem
        finally:
            line.close()
        return LRSResponse(success=200 <= response.status < 300, request=request, response=response, data=data)


def connection(endpoint: str) -> http.client.HTTPConnection:
    """A connection to the address behind a name, once it is seen to be one that may be spoken to; raises Unreachable."""
    parts = urlsplit(endpoint)
    host, secure = parts.hostname or "", parts.scheme == "https"
    if not secure and not settings().testing:
        raise Unreachable("地址要以 https:// 开头，不然账号和记录会被路上的人看到")
    port = parts.port or (443 if secure else 80)
    address = allowed_address(host, port, inward=settings().testing)
    return _Secure(host, port, address) if secure else _Plain(host, port, address)


def allowed_address(host: str, port: int, *, inward: bool = False) -> str:
    """The address to connect to; raises Unreachable where any address of the name lies inside (tests speak inward)."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise Unreachable("找不到这个地址，看看有没有写错") from problem
    addresses = [str(info[4][0]) for info in found]
    if not inward and not all(is_public(address) for address in addresses):
        raise Unreachable("这个地址在内部网络里，不能往那里转")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet, in every form in which an inner one can be written."""
    ip: Any = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            ip = inner
    return bool(ip.is_global and not ip.is_multicast and not ip.is_reserved)


class _Plain(http.client.HTTPConnection):
    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self._address = address

    def connect(self) -> None:
        """Go to the address that was looked at."""
        self.sock = socket.create_connection((self._address, self.port), SECONDS)


class _Secure(http.client.HTTPSConnection):
    def __init__(self, host: str, port: int, address: str) -> None:
        self._trusted = ssl.create_default_context()
        super().__init__(host, port, timeout=SECONDS, context=self._trusted)
        self._address = address

    def connect(self) -> None:
        """Go to the address that was looked at; the certificate must be the name's."""
        plain = socket.create_connection((self._address, self.port), SECONDS)
        self.sock = self._trusted.wrap_socket(plain, server_hostname=self.host)
