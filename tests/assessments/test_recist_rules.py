"""Which visit, lesion and clause decided, and policies that cannot be meant."""

import numpy as np
import pytest

from equipoise.assessments.recist import clauses
from equipoise.assessments.recist.clauses import CLAUSES
from equipoise.assessments.recist.overall_rules import first_sight
from equipoise.assessments.recist.policy import RECIST_1_1, RecistPolicy, build_policy
from equipoise.assessments.recist.rules import Lesions, assess_visits
from equipoise.assessments.recist.target_rules import has_grown
from equipoise.compiled import compiled
from equipoise.terms.response import NewLesion, NonTarget, Response


def assess(tenths, nontarget=None, new=None, policy=RECIST_1_1, until=-1, node=0):
    """Lengths are written here in tenths of a millimeter."""
    rows = np.array(tenths, np.int32)
    rows = np.where(rows > 0, 100 * rows, rows).astype(np.int32)
    visits, targets = rows.shape
    return assess_visits(
        np.arange(visits, dtype=np.int32) * 56,
        Lesions(
            length=rows,
            node=np.full(targets, node, np.int8),
            nontarget=np.array(nontarget or [NonTarget.NONE] * visits, np.int8),
            new=np.array(new or [NewLesion.NONE] * visits, np.int8),
        ),
        until,
        policy,
    )


@pytest.mark.parametrize(
    ("tenths", "reference", "decided_by", "lesion"),
    [
        pytest.param(
            [[500], [400], [300], [500]],
            "RECIST 1.1 Table 1 row 7, 4.3.1",
            2,
            -1,
            id="growth: the nadir visit",
        ),
        pytest.param(
            [[500], [450], [300]], "RECIST 1.1 Table 1 row 4, 4.3.1", 0, -1, id="PR: baseline"
        ),
        pytest.param(
            [[500], [300], [352]],
            "EORTC RECIST clarification: managing PR",
            1,
            -1,
            id="PR kept: the first PR",
        ),
        pytest.param(
            [[500, 200], [400, 200], [400, -1]],
            "RECIST 1.1 Table 1 row 6, 4.4.2",
            2,
            1,
            id="NE: the lesion",
        ),
        pytest.param(
            [[500, 200], [0, 0], [0, 10]],
            "EORTC RECIST clarification: new lesions",
            1,
            1,
            id="return: the CR",
        ),
        pytest.param([[500], [500], [0]], "RECIST 1.1 Table 1 row 1", 2, -1, id="CR: this visit"),
    ],
)
def test_the_last_visit_names_what_decided(tenths, reference, decided_by, lesion):
    r = assess(tenths)

    assert (CLAUSES[int(r.clause[-1])].reference, r.decided_by[-1], r.decided_lesion[-1]) == (
        reference,
        decided_by,
        lesion,
    )


def test_the_nadir_before_each_visit_is_told():
    assert assess([[500], [400], [-1], [450], [300]]).nadir_before.tolist() == [
        -1,
        50_000,
        40_000,
        40_000,
        40_000,
    ]


def test_an_incomplete_baseline_gives_no_reference():
    r = assess([[500, -1], [300, 100], [500, 100]])

    assert [Response(int(x)).cdisc for x in r.response] == ["NE", "NE", "PD"]
    assert CLAUSES[int(r.clause[1])].reference == "RECIST 1.1 4.4.2"


def test_every_clause_has_reference_and_sentence():
    assert sorted(CLAUSES) == list(range(len(CLAUSES)))
    assert all(clause.reference and clause.sentence for clause in CLAUSES.values())


def test_the_compiled_rules_run_as_plain_python():
    nothing = np.zeros(3, np.int8)
    seen = Lesions(
        np.array([[50_000], [30_000], [36_000]], np.int32), nothing[:1], nothing, nothing
    )
    day = np.arange(3, dtype=np.int32)

    assert (
        compiled(assess_visits)(day, seen, -1, RECIST_1_1).response.tolist()
        == assess_visits(day, seen, -1, RECIST_1_1).response.tolist()
        == [0, 2, 5]
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"pd_percent": None}, "missing \\['pd_percent'\\]", id="missing"),
        pytest.param({"pd_procent": 20}, "unknown \\['pd_procent'\\]", id="unknown"),
        pytest.param(
            {"pd_percent": True},
            "pd_percent is True; write a whole number",
            id="switch for a number",
        ),
        pytest.param(
            {"pr_stays_pr": 1}, "pr_stays_pr is 1; write true or false", id="number for a switch"
        ),
        pytest.param({"pd_um": -5}, "cannot be negative", id="negative"),
        pytest.param({"pd_scan": 2}, "write 0 or 1", id="choice out of range"),
    ],
)
def test_a_policy_must_be_complete_and_meant(change, message):
    values = {
        name: value
        for name, value in {**RECIST_1_1._asdict(), **change}.items()
        if value is not None
    }

    with pytest.raises(ValueError, match=message):
        build_policy(values)


def test_a_policy_has_no_defaults():
    assert RecistPolicy._field_defaults == {}
    assert build_policy(RECIST_1_1._asdict()) == RECIST_1_1


@pytest.mark.parametrize("code", [*Response, *NonTarget, *NewLesion])
def test_codes_read_their_own_spelling(code):
    assert type(code).parse(code.cdisc.lower()) is code


def test_an_unknown_response_lists_the_known_ones():
    with pytest.raises(
        ValueError, match="'ok' is not a Response; write one of: NE, CR, PR, SD, NON-CR/NON-PD, PD"
    ):
        Response.parse("ok")


def test_what_was_never_gone_does_not_come_back():
    always = RECIST_1_1._replace(reappearance=1)

    assert [int(x) for x in assess([[500], [450], [450]], policy=always).response[1:]] == [3, 3]
    came_back = assess([[500, 300], [450, 0], [450, 30]], policy=always)
    assert int(came_back.response[2]) == 5
    assert CLAUSES[int(came_back.clause[2])].reference == "EORTC RECIST clarification: new lesions"


def test_measured_lesions_prove_progression_from_a_sum_of_nothing():
    left = [NonTarget.NON_CR_NON_PD] * 3  # so that the sum of 0 is no complete response
    grown = assess([[300, 200], [0, 0], [50, -1]], nontarget=left)
    short = assess([[300, 200], [0, 0], [49, -1]], nontarget=left)

    assert (int(grown.response[2]), int(short.response[2])) == (5, 0)
    assert CLAUSES[int(grown.clause[2])].reference == "RECIST 1.1 4.4.2"


@pytest.mark.parametrize(
    ("nontarget", "clause"),
    [
        (NonTarget.NONE, clauses.NO_DISEASE_AT_BASELINE),
        (NonTarget.NE, clauses.ONLY_NON_TARGET_NOT_EVALUATED),
        (NonTarget.CR, clauses.ONLY_NON_TARGET_CR),
        (NonTarget.NON_CR_NON_PD, clauses.ONLY_NON_TARGET_PRESENT),
    ],
)
def test_without_targets_the_state_of_the_rest_names_the_clause(nontarget, clause):
    found = assess(np.zeros((2, 0)), nontarget=[nontarget, nontarget])

    assert found.clause[1] == clause


def test_without_targets_no_visit_has_a_response_of_targets():
    untargeted = assess(np.zeros((2, 0)), nontarget=[NonTarget.CR, NonTarget.CR], until=0)

    assert (untargeted.target.tolist(), untargeted.sum.tolist()) == ([-1, -1], [-1, -1])
    assert assess([[500], [400]], until=0).target.tolist() == [Response.NE, Response.NE]
    assert untargeted.clause.tolist() == [clauses.BASELINE, clauses.NOT_ASSESSABLE]


def test_the_first_of_two_smallest_sums_is_the_nadir():
    assert assess([[500], [300], [300], [400]]).decided_by.tolist() == [0, 0, 0, 1]


def test_against_baseline_growth_is_decided_by_baseline_and_so_is_what_has_no_baseline():
    against = RECIST_1_1._replace(pd_against_baseline=True)

    assert assess([[500], [400], [600]], policy=against).decided_by[2] == 0
    assert assess([[500, -1], [300, 100]]).decided_by[1] == 0


def test_a_node_that_was_normal_comes_back_and_a_small_mass_was_never_gone():
    always = RECIST_1_1._replace(reappearance=1, nodal_return_is_deferred=False)
    lengths = [[500, 500], [450, 80], [450, 110]]

    assert assess(lengths, policy=always, node=1).clause[2] == clauses.PD_REAPPEARED
    assert assess(lengths, policy=always, node=0).clause[2] != clauses.PD_REAPPEARED


def test_from_a_sum_of_nothing_any_growth_is_progression_where_the_trial_says_so():
    lenient = RECIST_1_1._replace(nadir_zero_needs_pd_mm=False)

    assert [has_grown(total, 0, lenient) for total in (0, 1)] == [False, True]
    assert [has_grown(total, 0, RECIST_1_1) for total in (4_999, 5_000)] == [False, True]


@pytest.mark.parametrize(
    ("new", "sight", "clause"),
    [
        ([0, 0, 1], 2, clauses.PD_NEW_LESION),
        ([0, 2, 1], 1, clauses.PD_NEW_LESION_BACKDATED),
        ([2, 2, 1], 1, clauses.PD_NEW_LESION_BACKDATED),
        ([2, 1], 1, clauses.PD_NEW_LESION),
    ],
)
def test_a_new_lesion_is_dated_at_its_first_sight_after_baseline(new, sight, clause):
    codes = [[NewLesion.NONE, NewLesion.UNEQUIVOCAL, NewLesion.EQUIVOCAL][code] for code in new]
    seen = assess([[500]] * len(new), new=codes)

    assert first_sight(np.array(codes, np.int8), len(new) - 1, RECIST_1_1) == sight
    assert (seen.clause[-1], seen.decided_by[-1]) == (clause, sight)


def test_disease_after_a_complete_response_is_decided_by_that_response():
    rest = [NonTarget.NON_CR_NON_PD, NonTarget.CR, NonTarget.CR, NonTarget.NON_CR_NON_PD]
    seen = assess([[500], [0], [0], [0]], nontarget=rest)

    assert seen.clause.tolist()[1:] == [clauses.CR, clauses.CR, clauses.PD_AFTER_CR]
    assert seen.decided_by[3] == 1
    left = assess([[500], [400], [0]], nontarget=[NonTarget.NON_CR_NON_PD] * 3)
    assert (left.clause[2], left.decided_by[2]) == (clauses.CR_BUT_NON_TARGET_LEFT, 2)


def test_a_tenth_of_a_millimeter_is_disease_and_baseline_is_no_response():
    seen = assess([[500], [1]], new=[NewLesion.UNEQUIVOCAL, NewLesion.NONE])

    assert seen.response.tolist() == [Response.NE, Response.PR]
    assert seen.clause.tolist() == [clauses.BASELINE, clauses.PR]


def test_growth_from_a_sum_of_nothing_has_its_own_clause():
    left = [NonTarget.NON_CR_NON_PD] * 3

    assert assess([[500], [0], [60]], nontarget=left).clause[2] == clauses.PD_FROM_ZERO
    assert assess([[500], [1], [60]], nontarget=left).clause[2] == clauses.PD_SUM


@pytest.mark.parametrize(
    ("needs_5_mm", "tenths", "response"),
    [
        (False, 0, Response.PR),
        (False, 1, Response.PD),
        (True, 49, Response.PR),
        (True, 50, Response.PD),
    ],
)
def test_growth_from_a_sum_of_nothing(needs_5_mm, tenths, response):
    """Disease that is left elsewhere keeps the first visit from being a complete response."""
    policy = RECIST_1_1._replace(nadir_zero_needs_pd_mm=needs_5_mm)
    seen = assess([[300], [0], [tenths]], [NonTarget.NON_CR_NON_PD] * 3, policy=policy)

    assert seen.response.tolist()[1:] == [Response.PR, response]
