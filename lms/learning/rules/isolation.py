"""What other people's pages may do: the headers of the content host, and which hosts abroad they may reach. Pure.

Tried in a browser, one header taken away at a time (tests/journeys/test_isolation.py). Decision 5 of the house.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

# No allow-top-navigation, and no popups that escape: a window that a package opens is as shut in as the package.
SANDBOX = "allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-downloads"
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    # unload: most packages save when they are left, and browsers are about to take that event away.
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(),"
        " display-capture=(), publickey-credentials-get=(), unload=*"
    ),
}
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9](?::[0-9]{1,5})?")


def policy(app_origin: str, hosts: Iterable[str] = (), media: str = "", reports: str = "") -> str:
    """The content security policy of a package's pages.

    `hosts` abroad are reached by https alone; `media` is the origin that large sound and pictures are fetched from, if it
    is another; `reports` is the path that browsers tell of what they stopped.
    """
    abroad = "".join(f" https://{host}" for host in hosts)
    own = f"'self' blob: data:{abroad}"
    rules = [
        f"default-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:{abroad}",
        f"connect-src {own}",
        f"frame-src {own}",
        *([f"media-src {own} {media}"] if media else []),
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        f"frame-ancestors 'self' {app_origin}",
        f"sandbox {SANDBOX}",
    ]
    return "; ".join([*rules, *([f"report-uri {reports}"] if reports else [])])


def host_of(text: str) -> str | None:
    """The host (with its port, if it has one) of what an administrator typed or a browser reported; None if it is none."""
    text = text.strip().lower()
    parts = urlsplit(text if "://" in text else f"https://{text}")
    if parts.scheme != "https" or parts.username or parts.password:
        return None
    return parts.netloc if _HOST.fullmatch(parts.netloc) and len(parts.netloc) <= 253 else None


def may_go(address: str, hosts: Iterable[str]) -> bool:
    """Whether a lesson abroad may be opened: https, on a host that was allowed."""
    parts = urlsplit(address)
    return parts.scheme == "https" and host_of(f"https://{parts.netloc}") in set(hosts)
