"""CSRF tokens: what scripts send in a header with every beat is opened once, not each time."""

import hmac
from functools import lru_cache

from flask import current_app, g, request, session
from flask_wtf.csrf import CSRFProtect, same_origin
from itsdangerous import BadData, URLSafeTimedSerializer

HEADER, FIELD, SALT = "X-CSRFToken", "csrf_token", "wtf-csrf-token"


class Tokens(CSRFProtect):
    """Flask-WTF's protection. A token in the header that fits passes by a shorter way; all else goes the long one."""

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse a request that changes something without the token of its session (400)."""
        token = request.headers.get(HEADER)
        if token and _fits(token) and _from_here():
            g.csrf_valid = True
        else:
            super().protect(apply_exemptions=apply_exemptions)


def _fits(token: str) -> bool:
    try:
        return hmac.compare_digest(session.get(FIELD, ""), _opened(str(current_app.secret_key), token))
    except (BadData, TypeError):
        return False


def _from_here() -> bool:
    """Over TLS the page that sends it must be one of the same host."""
    if not (request.is_secure and current_app.config["WTF_CSRF_SSL_STRICT"]):
        return True
    return bool(request.referrer) and same_origin(request.referrer, f"https://{request.host}/")


# Tokens have no end of their own (WTF_CSRF_TIME_LIMIT): what a key has signed once it has signed for ever.
@lru_cache(maxsize=10_000)
def _opened(key: str, token: str) -> str:
    """What was signed; raises BadData."""
    return str(URLSafeTimedSerializer(key, salt=SALT).loads(token))
