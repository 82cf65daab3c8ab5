"""multipart/mixed (Communication 1.5.2): statements with the files they speak of."""

from dataclasses import dataclass
from email.message import Message
from hashlib import sha224, sha256, sha384, sha512
from secrets import token_hex

from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.statement import Statement

_HASHES = {56: sha224, 64: sha256, 96: sha384, 128: sha512}
HASH_HEADER = "X-Experience-API-Hash"
LONGEST_HEAD = 8_192  # bytes of the headers of a part: what web servers take for a whole request
MOST_OF_A_BOUNDARY = 74  # RFC 2046: 70 characters, two hyphens before and a line end after


@dataclass(frozen=True)
class Part:
    """A file: its SHA-2, its type, its bytes."""

    sha2: str
    content_type: str
    content: bytes


def boundary_of(content_type: str) -> str | None:
    """The boundary of a multipart/mixed type; None for another type; raises Invalid where it is missing."""
    if content_type.partition(";")[0].strip().lower() != "multipart/mixed":
        return None
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str) or not 0 < len(boundary) <= 200:
        raise Invalid("Content-Type", "multipart/mixed needs a boundary")
    return boundary


def boundary_within(content_type: str, body: bytes) -> str | None:
    """The boundary that a multipart body itself begins with, where the type was lost on the way; None otherwise.

    axios under Node, and with it @xapi/xapi, sends a Blob as application/octet-stream whatever its type.
    """
    if content_type.partition(";")[0].strip().lower() != "application/octet-stream" or body[:2] != b"--":
        return None
    line = body[2:MOST_OF_A_BOUNDARY].partition(b"\r\n")
    return line[0].decode("ascii", "replace") if line[1] and line[0] else None


def split(body: bytes, boundary: str) -> tuple[bytes, list[Part]]:
    """The statements' JSON and the files; raises Invalid."""
    sections = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if len(sections) < 3 or not sections[-1].startswith(b"--"):
        raise Invalid("", "the multipart body has no part or does not end")
    first, *rest = [_section(section) for section in sections[1:-1]]
    if first[0].get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Invalid("", "the first part must be application/json")
    return first[1], [_part(headers, content) for headers, content in rest]


def check_parts(statements: list[Statement], parts: list[Part]) -> None:
    """Every file is spoken of, and every file spoken of without a URL is there; raises Invalid."""
    described = {
        attachment.sha2.lower(): attachment for statement in statements for attachment in statement.attachments
    }
    sent = {part.sha2 for part in parts}
    for sha2 in sent - described.keys():
        raise Invalid(HASH_HEADER, f"no attachment of the statements has the sha2 {sha2}")
    for sha2, attachment in described.items():
        if sha2 not in sent and not attachment.fileUrl:
            raise Invalid("attachments", f"the file with the sha2 {sha2} is neither in the request nor at a fileUrl")


def join(document: bytes, parts: list[Part]) -> tuple[str, bytes]:
    """A multipart/mixed answer: (its Content-Type, its body)."""
    boundary = token_hex(16)
    sections = [b"Content-Type: application/json\r\n\r\n" + document]
    for part in parts:
        head = f"Content-Type: {part.content_type}\r\nContent-Transfer-Encoding: binary\r\n{HASH_HEADER}: {part.sha2}\r\n\r\n"
        sections.append(head.encode() + part.content)
    opening = b"--" + boundary.encode() + b"\r\n"
    body = b"".join(opening + section + b"\r\n" for section in sections) + b"--" + boundary.encode() + b"--\r\n"
    return f"multipart/mixed; boundary={boundary}", body


def _section(section: bytes) -> tuple[dict[str, str], bytes]:
    head, gap, content = section.lstrip(b" \t").partition(b"\r\n\r\n")
    if not gap:
        raise Invalid("", "a part of the multipart body has no header")
    if len(head) > LONGEST_HEAD:
        raise Invalid("", f"the headers of a part are longer than {LONGEST_HEAD} bytes")
    lines = [line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n") if line]
    return {name.strip().lower(): value.strip() for name, _, value in lines}, content


def _part(headers: dict[str, str], content: bytes) -> Part:
    sha2 = headers.get(HASH_HEADER.lower(), "").lower()
    if headers.get("content-transfer-encoding", "").lower() != "binary":
        raise Invalid("Content-Transfer-Encoding", "a file is sent as binary")
    if len(sha2) not in _HASHES or _HASHES[len(sha2)](content).hexdigest() != sha2:
        raise Invalid(HASH_HEADER, "is not the SHA-2 of the file that it names")
    return Part(sha2, headers.get("content-type", "application/octet-stream"), content)
