"""How the gate says no: which requirement, and why."""


class Forbidden(Exception):
    """What an AU asked is against cmi5 (403). `requirement` is ADL's number, `why` a sentence for the author of the AU."""

    def __init__(self, requirement: str, why: str) -> None:
        self.requirement = requirement
        self.why = why
        super().__init__(f"{requirement}: {why}")
