"""How a rule says no: which property, and why."""

import msgspec


class Invalid(ValueError):
    """What was sent breaks a rule of the specification. `path` is the property as a dotted path, "" for the whole."""

    def __init__(self, path: str, why: str) -> None:
        self.path = path
        self.why = why
        super().__init__(f"{path}: {why}" if path else why)


def from_shape(problem: msgspec.MsgspecError, where: str = "") -> Invalid:
    """Turn what msgspec says about a shape ("Expected `str`, got `int` - at `$.actor.name`") into a refusal."""
    words, _, place = str(problem).partition(" - at `$")
    path = place.rstrip("`").lstrip(".")
    if words.startswith("Object contains unknown field"):
        path, words = join(path, words.split("`")[1]), "this property is not part of the specification"
    elif words.startswith("Object missing required field"):
        path, words = join(path, words.split("`")[1]), "this property is required"
    return Invalid(join(where, path), words)


def join(where: str, path: str) -> str:
    """Put a path below another one."""
    if not where or not path:
        return where or path
    return f"{where}{path}" if path.startswith("[") else f"{where}.{path}"
