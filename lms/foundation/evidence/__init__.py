"""Evidence that records were not changed: leaves, an RFC 6962 tree, signed checkpoints.

A capability seals a record with `append` in the record's own transaction and keeps the LeafRef in the row.
"""

from lms.foundation.evidence.canonical import commitment
from lms.foundation.evidence.leaves import LeafRef, append
from lms.foundation.evidence.sequencer import checkpoint_now

__all__ = ["LeafRef", "append", "checkpoint_now", "commitment"]
