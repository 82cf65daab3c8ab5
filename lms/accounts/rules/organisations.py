"""Which organisations are tenants."""

TENANT_KINDS = frozenset({"institution", "enterprise"})
