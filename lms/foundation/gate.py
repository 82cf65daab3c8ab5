"""The one gate: an endpoint that declares nothing answers nobody."""

from collections.abc import Callable

from flask import Flask, Request, current_app, g, request

from lms.foundation.errors import NotFound, NotSignedIn
from lms.foundation.permissions import Access, Permission, declared
from lms.foundation.principal import NOBODY, Principal

Authenticator = Callable[[Request], Principal]


def init_app(app: Flask) -> None:
    """Put the gate before everything else that reads a request."""
    app.before_request(_check)


def register(app: Flask, way: Access, authenticator: Authenticator) -> None:
    """Name what turns a request into a principal for one way in; it raises an error to refuse."""
    app.extensions.setdefault("authenticators", {})[way] = authenticator


def _check() -> None:
    """Set the principal of the request, or raise: 401 for nobody, 404 for somebody who may not."""
    if request.endpoint is None:
        return
    ways = declared(current_app.view_functions[request.endpoint])
    own = Access.LRS_KEY if Access.LRS_KEY in ways else None
    g.principal = _authenticate(own or Access.SIGNED_IN, required=Access.PUBLIC not in ways)
    if own is None and not _permitted(ways, g.principal):
        raise NotFound()
    if Access.SIGNED_IN not in ways and Access.PUBLIC not in ways:
        g.principal = g.principal.using(ways)


def _authenticate(way: Access, required: bool) -> Principal:
    """An application without the way in (the content host knows no sessions) signs nobody in by it."""
    try:
        return current_app.extensions.get("authenticators", {}).get(way, _nobody)(request)  # type: ignore[no-any-return]
    except NotSignedIn:
        if required:
            raise
        return NOBODY


def _nobody(_: Request) -> Principal:
    raise NotSignedIn()


def _permitted(ways: frozenset[Permission | Access], principal: Principal) -> bool:
    if Access.PUBLIC in ways or (Access.SIGNED_IN in ways and principal.signed_in):
        return True
    return any(principal.may(way) for way in ways if isinstance(way, Permission))
