"""The record store: every learning record as xAPI, for both versions of the standard at one address."""
