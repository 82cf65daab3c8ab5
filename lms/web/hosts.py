"""Which application answers, by the Host header: pages, other people's content, machines, or nobody."""

from collections.abc import Iterable
from typing import Any

from lms.config import Settings
from lms.web.headers import Application, Start

MACHINE_PATHS = ("/xapi", "/api", "/healthz", "/readyz", "/metrics")
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
UNKNOWN = "421 Misdirected Request"


class Hosts:
    """Dispatches by Host; an unknown one is 421, so that no page is ever served under a name that is not ours."""

    def __init__(self, settings: Settings, pages: Application, content: Application) -> None:
        self._settings, self._pages, self._content = settings, pages, content
        self._loopback = {f"{name}:{settings.port}" for name in LOOPBACK} | set(LOOPBACK)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "").lower()
        if host == self._settings.app_host:
            return self._pages(environ, start)
        if host.endswith("." + self._settings.content_host):
            return self._of_others(environ, start)
        if host in self._loopback:
            return self._machine(environ, start)
        return _answer(start, UNKNOWN, "没有找到这个网址，看看有没有抄错\n")

    def _of_others(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Content may not put a service worker between a browser and us: it would outlive its launch."""
        if "HTTP_SERVICE_WORKER" in environ:
            return _answer(start, "403 Forbidden", "这里不能安装后台程序\n")
        return self._content(environ, start)

    def _machine(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/")
        if path.startswith(MACHINE_PATHS):
            return self._pages(environ, start)
        return _answer(start, "302 Found", "", ("Location", self._settings.app_origin + "/"))


def _answer(start: Start, status: str, body: str, *headers: tuple[str, str]) -> Iterable[bytes]:
    start(status, [("Content-Type", "text/plain; charset=utf-8"), *headers])
    return [body.encode()]
