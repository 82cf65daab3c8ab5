"""The rules of learning. Plain data in, plain data out; no Flask, no database, no clock."""
