"""The rules of an hours sheet. Plain data in, plain data out; no Flask, no database, no clock."""
