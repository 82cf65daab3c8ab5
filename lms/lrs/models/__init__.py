"""The tables of the record store."""

from lms.lrs.models.exchange import Archive, DeadLetter, Forwarding, Import, ImportLine, Key, Retention
from lms.lrs.models.store import (
    ActivityRow,
    AgentName,
    AttachmentRow,
    DocumentRow,
    Link,
    StatementId,
    StatementRef,
    StatementRow,
)

__all__ = [
    "ActivityRow",
    "AgentName",
    "Archive",
    "AttachmentRow",
    "DeadLetter",
    "DocumentRow",
    "Forwarding",
    "Import",
    "ImportLine",
    "Key",
    "Link",
    "Retention",
    "StatementId",
    "StatementRef",
    "StatementRow",
]
