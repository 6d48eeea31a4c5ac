"""What must hold for every series of lesions."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.assessments.recist.clauses import NODE_DEFERRED
from equipoise.assessments.recist.policy import RECIST_1_1
from equipoise.assessments.recist.rules import Lesions, assess_visits
from equipoise.terms.response import NewLesion, NonTarget, Response

LENGTH = st.one_of(
    st.integers(0, 150_000),
    st.sampled_from([0, -1, -2, 4_999, 5_000, 9_999, 10_000]),
)


@st.composite
def series(draw):
    targets, visits = draw(st.integers(1, 5)), draw(st.integers(2, 7))
    baseline = [draw(st.integers(15_000, 150_000)) for _ in range(targets)]
    rows = [baseline] + [[draw(LENGTH) for _ in range(targets)] for _ in range(visits - 1)]
    some = draw(st.booleans())
    nontarget = (
        [2] + [draw(st.sampled_from([1, 2, 3, 4])) for _ in range(visits - 1)]
        if some
        else [0] * visits
    )
    new = [0] + [draw(st.sampled_from([0, 0, 0, 1, 2])) for _ in range(visits - 1)]
    node = [draw(st.integers(0, 1)) for _ in range(targets)]
    return (
        np.array(rows, np.int32),
        np.array(node, np.int8),
        np.array(nontarget, np.int8),
        np.array(new, np.int8),
    )


def assess(rows, node, nontarget, new, policy=RECIST_1_1):
    day = np.arange(len(rows), dtype=np.int32) * 56
    return assess_visits(day, Lesions(rows, node, nontarget, new), -1, policy)


@given(series(), st.randoms())
@settings(max_examples=300, deadline=None)
def test_the_order_of_lesions_changes_nothing(case, random):
    rows, node, nontarget, new = case
    order = list(range(rows.shape[1]))
    random.shuffle(order)
    one, other = (
        assess(*case),
        assess(np.ascontiguousarray(rows[:, order]), node[order], nontarget, new),
    )

    assert one.response.tolist() == other.response.tolist()
    assert one.sum.tolist() == other.sum.tolist()


@given(series(), st.integers(2, 9))
@settings(max_examples=300, deadline=None)
def test_all_lengths_in_another_unit_change_nothing(case, factor):
    rows, node, nontarget, new = case
    lengths = ("pd_um", "node_normal_um", "too_small_um")
    scaled = RECIST_1_1._replace(**{name: getattr(RECIST_1_1, name) * factor for name in lengths})
    longer = np.where(rows > 0, rows * factor, rows).astype(np.int32)

    assert (
        assess(*case).response.tolist()
        == assess(longer, node, nontarget, new, scaled).response.tolist()
    )


@given(series())
@settings(max_examples=300, deadline=None)
def test_later_visits_never_change_earlier_answers(case):
    rows, node, nontarget, new = case
    whole = assess(*case)
    for n in range(2, len(rows)):
        part = assess(rows[:n], node, nontarget[:n], new[:n])
        assert part.response.tolist() == whole.response[:n].tolist()
        assert part.pd_day.tolist() == whole.pd_day[:n].tolist()


@given(series())
@settings(max_examples=300, deadline=None)
def test_an_unequivocal_new_lesion_or_progression_is_always_pd(case):
    rows, _, nontarget, new = case
    r = assess(*case)

    for v in range(1, len(rows)):
        if (
            new[v] == NewLesion.UNEQUIVOCAL
            or nontarget[v] == NonTarget.PD
            or r.target[v] == Response.PD
        ):
            assert r.response[v] == Response.PD
        assert (r.pd_day[v] >= 0) == (r.response[v] == Response.PD)
        assert r.decided_by[v] <= v


@given(series())
@settings(max_examples=300, deadline=None)
def test_a_complete_response_shows_no_disease(case):
    rows, node, nontarget, _ = case
    r = assess(*case)

    sure = (r.response == Response.CR) & (r.clause != NODE_DEFERRED)
    for v in np.flatnonzero(sure):
        assert nontarget[v] in (NonTarget.NONE, NonTarget.CR)
        assert all(
            (x == 0) if not n else (0 <= x < 10_000 or x == -2)
            for x, n in zip(rows[v], node, strict=True)
        )


@given(series(), st.data())
@settings(max_examples=300, deadline=None)
def test_not_evaluating_a_target_never_makes_a_visit_better(case, data):
    rows, node, nontarget, new = case
    v, lesion = (
        data.draw(st.integers(1, len(rows) - 1)),
        data.draw(st.integers(0, rows.shape[1] - 1)),
    )
    fewer = rows.copy()
    fewer[v, lesion] = -1
    before, after = assess(*case).response[v], assess(fewer, node, nontarget, new).response[v]

    assert after in (before, Response.NE)


def test_a_missing_target_beside_a_normal_node_is_no_progression():
    """The smallest case in which growth from a sum of 0 was taken for disease."""
    rows = np.array([[150, 150], [0, 0], [-1, 50]], np.int32)
    node, none = np.array([0, 1], np.int8), np.zeros(3, np.int8)

    assert assess(rows, node, none, none).response.tolist() == [0, Response.CR, Response.NE]
