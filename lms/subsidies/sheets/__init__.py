"""Sheets of hours for people and offices: of a class, of a person, of a region and a time; as xlsx and as CSV.

A sheet says what the ledger says; what proves it is the evidence bundle.
"""
