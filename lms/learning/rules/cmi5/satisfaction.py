"""When AUs, blocks and the course are satisfied (cmi5 9.3.9, 13.1.4), and in which order that is told: from the inside out."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from lms.learning.rules.cmi5.terms import Json, MoveOn

COURSE = "course"


@dataclass(frozen=True)
class Standing:
    """What a learner has of one AU within a registration."""

    completed: bool = False
    passed: bool = False
    waived: bool = False

    def satisfies(self, move_on: MoveOn) -> bool:
        """Whether that is what the AU asks for; a waived AU asks for nothing."""
        return (
            self.waived
            or {
                MoveOn.NOT_APPLICABLE: True,
                MoveOn.PASSED: self.passed,
                MoveOn.COMPLETED: self.completed,
                MoveOn.COMPLETED_AND_PASSED: self.completed and self.passed,
                MoveOn.COMPLETED_OR_PASSED: self.completed or self.passed,
            }[move_on]
        )


@dataclass(frozen=True)
class Node:
    """A block or the course: `key` tells it apart within the course, `aus` are the numbers of the AUs anywhere below it."""

    key: str
    publisher_id: str
    title: str
    aus: tuple[int, ...]

    @property
    def is_course(self) -> bool:
        """Whether this is the course itself."""
        return self.key == COURSE


def nodes(structure: Json) -> list[Node]:
    """Every block, inner ones before those around them, and the course last; `structure` as courses/cmi5 reads it."""
    counted = iter(range(1, 1_000_000))
    blocks, aus = _below(structure.get("children", ()), counted)
    return [*blocks, Node(COURSE, structure.get("id", ""), str(structure.get("title", "")), tuple(aus))]


def _below(children: Collection[Json], counted: Iterator[int]) -> tuple[list[Node], list[int]]:
    """The blocks among children and below them, and the AUs; blocks are numbered in the order of the document."""
    found: list[Node] = []
    aus: list[int] = []
    for child in children:
        if "au" in child:
            aus.append(child["au"])
            continue
        block, key = child["block"], f"block-{next(counted)}"
        inner, below = _below(block.get("children", ()), counted)
        found += [*inner, Node(key, block.get("id", ""), str(block.get("title", "")), tuple(below))]
        aus += below
    return found, aus


def newly_satisfied(order: Collection[Node], satisfied: Collection[int], told: Collection[str]) -> list[Node]:
    """The blocks and the course that these AUs satisfy and that were not told yet, in the order to tell them."""
    have, known = set(satisfied), set(told)
    return [node for node in order if node.key not in known and have.issuperset(node.aus)]
