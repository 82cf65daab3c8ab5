"""cmi5 and tincan at run time: a launch becomes a session, what the AU says is judged and kept, what it satisfies is told."""
