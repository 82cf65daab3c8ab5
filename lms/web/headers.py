"""Headers that stand on every response of the house, errors included."""

from collections.abc import Callable, Iterable
from typing import Any

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Sibling hosts are one site to a browser; by this each origin has a process of its own, and no document.domain.
    "Origin-Agent-Cluster": "?1",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


def page_policy(content_origin: str, media_origin: str = "") -> str:
    """The content security policy of our own pages: everything from here, frames from the content host alone.

    Media come from the content host too, or from a bucket that browsers can reach.
    """
    scheme, host = content_origin.split("://")
    content = f"{scheme}://*.{host}"
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self';"
        f" media-src 'self' {content}{' ' + media_origin if media_origin else ''}; frame-src {content};"
        " manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


CONTENT_POLICY = "default-src 'none'; media-src 'self'; sandbox; frame-ancestors 'none'"


class Headers:
    """Wraps a WSGI application and adds what a response does not say itself."""

    def __init__(self, application: Application, policy: str, **more: str) -> None:
        self._application = application
        self._extra = {**COMMON, "Content-Security-Policy": policy, **more}

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        def begin(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            said = {name.lower() for name, _ in headers}
            added = [(name, value) for name, value in self._extra.items() if name.lower() not in said]
            return start(status, headers + added, *rest)

        return self._application(environ, begin)
