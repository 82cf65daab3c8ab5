"""Attacks on the hours, and honest trainees who must lose nothing by the defence: hours.md §3, each with its expected seconds.

`make redteam` sends them over HTTP to a running server whose clock it turns; tests/redteam/test_redteam.py sends a few of them
to the application without a server.
"""
