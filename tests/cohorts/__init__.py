"""Tests of classes and rosters."""
