"""What satisfies an AU, and how that climbs to blocks and the course."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules.cmi5.satisfaction import COURSE, Node, Standing, newly_satisfied, nodes
from lms.learning.rules.cmi5.terms import MoveOn

NOTHING, DONE, PASSED, BOTH = Standing(), Standing(completed=True), Standing(passed=True), Standing(True, True)
TABLE = {
    MoveOn.NOT_APPLICABLE: (True, True, True, True),
    MoveOn.COMPLETED: (False, True, False, True),
    MoveOn.PASSED: (False, False, True, True),
    MoveOn.COMPLETED_AND_PASSED: (False, False, False, True),
    MoveOn.COMPLETED_OR_PASSED: (False, True, True, True),
}


@pytest.mark.parametrize("move_on", MoveOn)
def test_each_of_the_five_words(move_on):
    """Sabotage: swap and / or."""
    assert tuple(one.satisfies(move_on) for one in (NOTHING, DONE, PASSED, BOTH)) == TABLE[move_on]
    assert Standing(waived=True).satisfies(move_on)


def block(number, *children):
    """A block of a structure."""
    return {"block": {"id": f"https://a.example/b{number}", "title": f"单元 {number}", "children": list(children)}}


def test_inner_blocks_are_told_before_those_around_them_and_the_course_last():
    """Sabotage: list a block before what is inside it."""
    inner = block("inner", {"au": 2})
    structure = {"id": "https://a.example/c", "title": "课", "children": [{"au": 1}, block("outer", inner, {"au": 3})]}
    order = nodes(structure)
    assert [node.title for node in order] == ["单元 inner", "单元 outer", "课"]
    assert [node.aus for node in order] == [(2,), (2, 3), (1, 2, 3)]
    assert [node.title for node in newly_satisfied(order, {1, 2, 3}, ())] == ["单元 inner", "单元 outer", "课"]
    assert [node.title for node in newly_satisfied(order, {2, 3}, {order[0].key})] == ["单元 outer"]


TREES = st.recursive(st.just("au"), lambda inner: st.lists(inner, min_size=1, max_size=4), max_leaves=25).filter(
    lambda tree: tree != "au"
)


def built(tree):
    """A structure of that shape; AUs are numbered as the reader does."""
    count = iter(range(1, 1000))

    def child(one):
        if one == "au":
            return {"au": next(count)}
        return {"block": {"id": "https://a.example/b", "children": [child(inner) for inner in one]}}

    return {"id": "https://a.example/c", "children": [child(one) for one in tree]}, next(count) - 1


@given(TREES, st.randoms(use_true_random=False))
def test_whatever_the_order_of_learning_each_node_is_told_once_and_after_what_is_inside_it(tree, chance):
    """Sabotage: ask `any` instead of `all`, forget what was told, or tell the course first."""
    structure, aus = built(tree)
    order = nodes(structure)
    learning = list(range(1, aus + 1))
    chance.shuffle(learning)
    have, told = set(), []
    for number in learning:
        have.add(number)
        for node in newly_satisfied(order, have, [one.key for one in told]):
            assert set(node.aus) <= have and number in node.aus
            told.append(node)
    assert sorted(node.key for node in told) == sorted(node.key for node in order)
    assert told[-1].key == COURSE
    places = {node.key: place for place, node in enumerate(told)}
    for inner in order:
        for outer in order:
            if set(inner.aus) < set(outer.aus):
                assert places[inner.key] < places[outer.key]


def test_a_thousand_aus_are_laid_out_at_once():
    """More than a thousand AUs in nested blocks (6.1.0.0-2). Sabotage: limit the numbers."""
    structure = {"id": "c", "children": [block(n, *({"au": 20 * n + k} for k in range(1, 21))) for n in range(60)]}
    order = nodes(structure)
    assert len(order) == 61 and order[-1] == Node(COURSE, "c", "", tuple(range(1, 1201)))
    assert newly_satisfied(order, range(1, 1201), ()) == order
