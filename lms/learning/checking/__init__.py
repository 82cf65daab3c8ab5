"""The rule of hours a second time, by other hands and another method: recomputes the ledger from what came in raw.

Nothing here imports lms.learning.rules. The first rule does algebra with sets of stretches; this one keeps a tape of
what was credited and pours server time onto it, millisecond by millisecond in the order of the lesson.
"""
