"""The ten plans as data: programmes and dated policies, each with its source."""
