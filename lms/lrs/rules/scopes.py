"""What a key may do (Communication 4.2)."""

ALL = "all"
SCOPES = ("all", "all/read", "statements/write", "statements/read", "state", "profile")
READING = {"GET", "HEAD"}


def permits(scopes: frozenset[str], resource: str, method: str) -> bool:
    """Whether a key of these scopes may use the method on the resource."""
    if ALL in scopes or (method in READING and "all/read" in scopes):
        return True
    if resource == "statements":
        return ("statements/read" if method in READING else "statements/write") in scopes
    if resource == "activities/state":
        return "state" in scopes
    if resource in {"agents/profile", "activities/profile"}:
        return "profile" in scopes
    return "statements/read" in scopes
