"""Change one thing that the protocol declares, and the simulation or the design shows it, or
refuses it: nothing is read and left aside.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changed import CONFIRMED, DERIVED, MASKED, OS_PRIMARY, PFS_PRIMARY, shipped_with
from equipoise.planning.design import compute_design
from equipoise.planning.simulated_design import simulate_design
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import CannotObey
from equipoise.simulation.protocol_trials import EFFECT, simulate_protocol

Pairs = tuple[tuple[str, str], ...]
TRIALS = 8
FEW: Pairs = (("participants: 50", "participants: 24"),)
"""Fewer, and the test takes seconds."""


@dataclass(frozen=True)
class Change:
    """What is declared otherwise, beside what, and where it must show."""

    pairs: Pairs
    shows: frozenset[str]
    beside: Pairs = ()

    def base(self) -> Protocol:
        return shipped_with(*FEW, *self.beside)

    def changed(self) -> Protocol:
        return shipped_with(*FEW, *self.beside, *self.pairs)


@cache
def simulated(protocol_key: Pairs) -> Any:
    """The figures of the primary analysis and of all endpoints, without a word in them."""
    return _figures(shipped_with(*protocol_key))


def _figures(protocol: Protocol) -> Any:
    told = simulate_protocol(protocol, TRIALS, seed=5).told()["scenarios"]
    return [list(_numbers(told[name])) for name in sorted(told)]


def _numbers(part: Any) -> Any:
    """Every number of plain values, in order."""
    if isinstance(part, dict):
        for value in part.values():
            yield from _numbers(value)
    elif isinstance(part, list):
        for value in part:
            yield from _numbers(value)
    elif isinstance(part, int | float) and not isinstance(part, bool):
        yield part


def designed(protocol: Protocol) -> Any:
    """What the declared test finds, how many it needs, and the curve."""
    computed = compute_design(protocol)
    test = computed.plan.test
    return (
        [(row.power[test], row.needed.get(test)) for row in computed.table],
        [[at.power for at in curve] for curve in computed.curves.values()],
        computed.assurance,
    )


SIMULATED, DESIGNED = frozenset({"simulated"}), frozenset({"designed"})
BOTH = SIMULATED | DESIGNED


def responses() -> st.SearchStrategy[Change]:
    counted = st.sampled_from(["[CR]", "[CR, PR]", "[PR]"])
    return counted.map(
        lambda r: Change((("    responses: [CR, PR, SD]", f"    responses: {r}"),), SIMULATED)
    )


def confirmation() -> st.SearchStrategy[Change]:
    before, after = CONFIRMED
    return st.integers(60, 300).map(
        lambda days: Change(((before, after.replace("28", str(days))),), SIMULATED)
    )


def primary_tests() -> st.SearchStrategy[Change]:
    return st.sampled_from(["fisher", "cmh"]).map(
        lambda test: Change((("primary_test: boschloo", f"primary_test: {test}"),), DESIGNED)
    )


def alphas() -> st.SearchStrategy[Change]:
    return st.sampled_from(["0.02", "0.15", "0.3"]).map(
        lambda alpha: Change((("alpha: 0.05", f"alpha: {alpha}"),), DESIGNED)
    )


def powers() -> st.SearchStrategy[Change]:
    return st.sampled_from(["0.5", "0.85"]).map(
        lambda power: Change((("power: 0.80", f"power: {power}"),), DESIGNED)
    )


def ratios() -> st.SearchStrategy[Change]:
    return (
        st.tuples(st.integers(1, 3), st.integers(1, 3)).filter(lambda r: r[0] != r[1]).map(_ratio)
    )


def _ratio(ratio: tuple[int, int]) -> Change:
    experimental, control = ratio
    return Change(
        (
            ("role: experimental, ratio: 1", f"role: experimental, ratio: {experimental}"),
            ("role: control, ratio: 1", f"role: control, ratio: {control}"),
            ("block_sizes: sealed", f"block_sizes: [{sum(ratio)}, {2 * sum(ratio)}]"),
        ),
        BOTH,
    )


def blocks() -> st.SearchStrategy[Change]:
    return st.sampled_from(["[2]", "[4]", "[6, 8]"]).map(
        lambda sizes: Change((("block_sizes: sealed", f"block_sizes: {sizes}"),), SIMULATED)
    )


def strata() -> st.SearchStrategy[Change]:
    """Another level; under the stratified test the design depends on their number, too."""
    more = (
        "levels: {irinotecan: [FOLFIRI, IRINOTECAN], no irinotecan: [MFOLFOX6, FTD/TPI]}",
        "levels: {irinotecan: [FOLFIRI, IRINOTECAN], oxaliplatin: [MFOLFOX6], other: [FTD/TPI]}",
    )
    cmh = (("primary_test: boschloo", "primary_test: cmh"),)
    return st.sampled_from([Change((more,), SIMULATED), Change((more,), BOTH, cmh)])


def looks() -> st.SearchStrategy[Change]:
    spending = st.sampled_from(["obrien_fleming", "pocock", "pocock_spending"])
    return st.tuples(st.integers(8, 20), spending).map(
        lambda look: Change(
            (
                ("looks: []", f"looks: [{{participants: {look[0]}}}]"),
                ("spending: obrien_fleming_spending", f"spending: {look[1]}"),
            ),
            BOTH,
        )
    )


def censoring() -> st.SearchStrategy[Change]:
    """Of the primary analysis when that is progression-free survival."""
    sets = (
        (("rules: [FDA, EMA]", "rules: [EMA, FDA]"),),
        (("rules: [FDA, EMA], stratified: true", "rules: [FDA, EMA], stratified: false"),),
        (
            (
                "    death: event\n    missed_visits: censor",
                "    death: censor\n    missed_visits: censor",
            ),
        ),
    )
    # A reader dates progression on the scan she read, so only the derived response has two dates.
    dated = Change(
        (("progression_date: dated", "progression_date: scan"),), SIMULATED, (*PFS_PRIMARY, DERIVED)
    )
    return st.sampled_from([dated, *(Change(pairs, SIMULATED, PFS_PRIMARY) for pairs in sets)])


def primaries() -> st.SearchStrategy[Change]:
    return st.sampled_from([Change(PFS_PRIMARY, BOTH), Change(OS_PRIMARY, BOTH)])


def schedules() -> st.SearchStrategy[Change]:
    pairs = (
        ("sd_min_days: 49", "sd_min_days: 100"),
        ("pr_percent: 30", "pr_percent: 20"),
        ("primary_days_after_last_randomization: 119", "primary_days_after_last_randomization: 30"),
        ("os_months_after_last_randomization: 24", "os_months_after_last_randomization: 12"),
    )
    return st.sampled_from([Change((pair,), SIMULATED) for pair in pairs])


def populations() -> st.SearchStrategy[Change]:
    said = "      population: ITT\n      variable: best overall response of CR, PR or SD"
    return st.sampled_from(["PER_PROTOCOL", "EVALUABLE"]).map(
        lambda name: Change(((said, said.replace("ITT", name)),), BOTH)
    )


def elsewhere() -> st.SearchStrategy[Change]:
    """A trial that nobody has modeled is designed all the same."""
    return st.just(Change((("id: NCT04509635", "id: NCT00000000"),), SIMULATED))


CHANGES = (
    responses(),
    confirmation(),
    primary_tests(),
    alphas(),
    powers(),
    ratios(),
    blocks(),
    strata(),
    looks(),
    censoring(),
    primaries(),
    schedules(),
    populations(),
    elsewhere(),
)


def shows(before: Any, ask: Any) -> bool:
    """Whether the answer is another, or a refusal that names a field."""
    try:
        return bool(ask() != before)
    except CannotObey as refused:
        return all(each.field and each.why for each in refused.refusals)


@pytest.mark.parametrize("kind", range(len(CHANGES)))
@settings(max_examples=3)
@given(data=st.data())
def test_a_change_shows_where_it_must(kind, data):
    change = data.draw(CHANGES[kind])
    changed = change.changed()
    if "simulated" in change.shows:
        before = simulated((*FEW, *change.beside))
        assert shows(before, lambda: _figures(changed)), change.pairs
    if "designed" in change.shows:
        before = designed(change.base())
        assert shows(before, lambda: designed(changed)), change.pairs


def test_what_decides_is_the_declared_test_of_the_declared_endpoint():
    # The rejections of one set of trials, by whatever is primary.
    for pairs, endpoint, analysis in (
        ((), "DCR", "Boschloo's test"),
        ((("primary_test: boschloo", "primary_test: cmh"),), "DCR", "Cochran-Mantel-Haenszel"),
        (PFS_PRIMARY, "PFS", "stratified log-rank test, FDA rules"),
    ):
        protocol = shipped_with(*pairs)
        shown = simulate_protocol(protocol, 60, seed=5).scenarios[EFFECT]

        assert shown.primary.endpoint == endpoint
        assert analysis in shown.primary.analysis
        figures: Any = shown.endpoints[endpoint]
        first = (
            next(iter(figures.rejected.values()))
            if endpoint == "DCR"
            else figures.analyses["FDA"].primary_cutoff.rejected_two_sided
        )
        assert shown.primary.rejected_two_sided == first


@pytest.mark.parametrize(
    ("change", "differ"), [((DERIVED,), True), (MASKED, False)], ids=["reading", "masking"]
)
def test_what_makes_little_difference_or_none_says_so(change, differ):
    """By the lesions, somebody's progression is dated back to where it was equivocal."""
    before, after = (
        simulate_protocol(shipped_with(*FEW, *pairs), TRIALS, seed=3) for pairs in ((), change)
    )

    assert (after.scenarios != before.scenarios) == differ
    assert after.assumed != before.assumed


def test_the_design_of_a_trial_without_virtual_participants_is_computed_and_says_what_is_not():
    elsewhere = shipped_with(("id: NCT04509635", "id: NCT00000000"))
    computed, simulated = compute_design(elsewhere), simulate_design(elsewhere, 50, seed=1)

    assert computed.table == compute_design(shipped_with()).table
    assert set(simulated.rejected) == {"VELO", "VELO_WT", "FENG"}
    assert not simulated.early_looks
    assert [refusal.field for refusal in simulated.refused] == ["registration.id"]


def test_confirmation_alone_halves_nothing_of_disease_control():
    # RECIST 1.1 Table 3: an unconfirmed response is stable disease when it came late enough.
    once, twice = (
        simulate_protocol(shipped_with(*FEW, *pairs), 40, seed=6).scenarios[EFFECT].endpoints
        for pairs in ((), (CONFIRMED,))
    )

    assert twice["DCR"].proportions == once["DCR"].proportions
    assert twice["ORR"].proportions.experimental.value < once["ORR"].proportions.experimental.value
