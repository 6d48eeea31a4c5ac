"""The numbers of the tables of a report, made once more from the entries of a rehearsed trial by
polars and statsmodels: no function of the analysis is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from statsmodels.duration.survfunc import SurvfuncRight

from equipoise.analysis.analyze import analyze
from equipoise.analysis.known import know
from equipoise.analysis.results.trial import Results
from equipoise.ledger.chain import verify
from equipoise.ledger.entry import Entry
from equipoise.protocol.yaml_file import load
from equipoise.rehearsal.rehearse import draw_sealed_list, rehearse
from equipoise.store.memory import Memory
from r_survival import in_r

ARMS = ("CETUXIMAB_CHEMOTHERAPY", "CHEMOTHERAPY")
AFTER_LAST_DOSE = 30
"""Days in which an adverse event counts; of the protocol."""


@pytest.fixture(scope="module")
def trial() -> tuple[Results, list[Entry]]:
    """The planned size, with every kind of thing that happens."""
    protocol = load("NCT04509635")
    storage = Memory()
    sealed = draw_sealed_list(protocol, participants=50, seed=9)
    rehearse(protocol, storage, sealed, participants=50, seed=9)
    entries = storage.read()
    assert protocol.conduct.adverse_events_days_after_last_dose == AFTER_LAST_DOSE
    return analyze(know(entries, verify(entries))).results, entries


@pytest.fixture(scope="module")
def results(trial) -> Results:
    return trial[0]


@pytest.fixture(scope="module")
def entries(trial) -> list[Entry]:
    return trial[1]


@pytest.fixture(scope="module")
def randomized(entries) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"subject": e.subject, "arm": e.payload["arm"], "start": e.payload["randomized_on"]}
            for e in entries
            if e.type == "SubjectRandomized"
        ]
    ).with_columns(pl.col("start").str.to_date())


def told_of(row: Mapping[str, Any]) -> dict[str, str]:
    """Without what is missing, with its reason."""
    return {name: value for name, value in row.items() if isinstance(value, str)}


def rows(entries: list[Entry], form: str, group: str) -> pl.DataFrame:
    """The rows of a form as they stand after corrections, in the order of entry."""
    gone = {e.supersedes for e in entries if e.type == "FormSaved"}
    found = []
    for e in entries:
        if e.type == "FormSaved" and e.seq not in gone and e.payload["form"] == form:
            told = e.payload["groups"].get(group, ())
            found += [
                {"subject": e.subject, "day": e.payload["values"].get("date"), **told_of(row)}
                for row in told
            ]
    return pl.DataFrame(found, infer_schema_length=None)


def counted(names: object) -> list[str]:
    return sorted(names)  # type: ignore[call-overload]


# ------------------------------------------------------------------ response


def best_as_read(
    entries: list[Entry], randomized: pl.DataFrame, *, confirmed: bool = False
) -> dict[str, str]:
    """RECIST 1.1 4.4.3 and Table 3, up to progression or new therapy, in plain loops: with
    confirmation a response has to be seen again after 28 days or more, and else is stable disease.
    """
    read = rows(entries, "TUMOR_ASSESSMENT", "response")
    after = rows(entries, "SUBSEQUENT_THERAPY", "therapy")
    best = {}
    for subject, _, start in randomized.iter_rows():
        therapy = after.filter(pl.col("subject") == subject)["start"].to_list()
        end = min((date.fromisoformat(f"{each:0<10}") for each in therapy), default=date.max)
        scans = sorted(
            (date.fromisoformat(day), response)
            for day, response in read.filter(pl.col("subject") == subject)
            .select("day", "response")
            .iter_rows()
            if date.fromisoformat(day) > start
        )
        seen = []
        for day, response in scans:
            if day > end:
                break
            seen.append(((day - start).days, response))
            if response == "PD":
                break
        best[subject] = best_of(seen, confirmed=confirmed) if scans else "MISSING"
    return best


def best_of(seen: list[tuple[int, str]], *, confirmed: bool) -> str:
    def responds(response: str, as_good: tuple[str, ...]) -> bool:
        first = [day for day, each in seen if each == response]
        if not confirmed:
            return bool(first)
        return (
            any(each in as_good and day >= first[0] + 28 for day, each in seen) if first else False
        )

    answers = {
        "CR": responds("CR", ("CR",)),
        "PR": responds("PR", ("CR", "PR")),
        "SD": any(r in ("SD", "PR", "CR") and d >= 49 for d, r in seen),
        "PD": any(r == "PD" for _, r in seen),
    }
    return next((name for name, yes in answers.items() if yes), "NE")


def test_best_overall_response(results, entries, randomized):
    best = best_as_read(entries, randomized)
    told = results.best_responses[0]

    assert (told.reading, told.confirmed, told.counts) == ("read", False, True)
    assert {name: each.value for name, each in told.subjects.items()} == best
    arms = dict(randomized.select("subject", "arm").iter_rows())
    for category, contrast in told.categories.items():
        for arm in ARMS:
            names = [name for name, each in best.items() if each == category and arms[name] == arm]
            assert contrast.arms[arm].events == len(names)
    assert sum(each.categories["CR"].arms[ARMS[0]].n for each in results.best_responses) == 4 * sum(
        arm == ARMS[0] for arm in arms.values()
    )


def test_confirmed_best_overall_response(results, entries, randomized):
    (told,) = (each for each in results.best_responses if each.reading == "read" and each.confirmed)
    best = best_as_read(entries, randomized, confirmed=True)

    assert {name: each.value for name, each in told.subjects.items()} == best
    assert best != best_as_read(entries, randomized)


def test_the_categories_add_up_to_the_endpoints(results):
    best = results.best_responses[0].categories
    for endpoint, inside in (("DCR", ("CR", "PR", "SD")), ("ORR", ("CR", "PR"))):
        for arm in ARMS:
            reached = results.endpoints[endpoint].comparison.arms[arm].events
            assert sum(best[category].arms[arm].events for category in inside) == reached


def test_the_four_ways_differ_as_they_must(results):
    """Confirmation takes responses away and adds none; every way counts everybody once."""
    ways = {(each.reading, each.confirmed): each for each in results.best_responses}
    assert [each.counts for each in results.best_responses] == [True, False, False, False]
    for reading in ("read", "derived"):
        loose, strict = ways[reading, False], ways[reading, True]
        responded = [
            {name for name, each in way.subjects.items() if each.value in ("CR", "PR")}
            for way in (loose, strict)
        ]
        assert responded[1] <= responded[0]
    assert {len(way.subjects) for way in ways.values()} == {50}


def test_time_to_response(results, entries, randomized):
    read = rows(entries, "TUMOR_ASSESSMENT", "response").filter(
        pl.col("response").is_in(["CR", "PR"])
    )
    first = (
        read.with_columns(pl.col("day").str.to_date())
        .join(randomized, on="subject")
        .with_columns(days=(pl.col("day") - pl.col("start")).dt.total_days())
        .filter(pl.col("days") > 0)
        .group_by("subject", "arm")
        .agg(pl.col("days").min())
    )
    for arm in ARMS:
        here = first.filter(pl.col("arm") == arm)
        told = results.to_response[arm]
        responders = {
            name
            for name, each in results.best_responses[0].subjects.items()
            if each.value in ("CR", "PR")
        }
        expected = {
            s: d + 1 for s, d in here.select("subject", "days").iter_rows() if s in responders
        }
        assert dict(told.subjects) == expected
        if expected:
            assert told.median == np.median(list(expected.values()))
            assert (told.first, told.last) == (min(expected.values()), max(expected.values()))


def test_concordance_counts_the_scans_that_differ(results):
    told = results.concordance
    apart = sum(n for read, row in told.scans.items() for d, n in row.items() if read != d)
    assert apart == len(results.disagreements) == told.n - told.agree
    assert told.n > 100


def test_the_corners_of_the_tipping_points_are_the_primary_and_the_extreme_cases(results):
    endpoint = results.endpoints["DCR"]
    missing = {arm: len(endpoint.missing[arm]) for arm in ARMS}
    assert sum(missing.values()) > 0
    points = {tuple(each.reached[arm] for arm in ARMS): each for each in endpoint.tipping}
    assert len(points) == (missing[ARMS[0]] + 1) * (missing[ARMS[1]] + 1)
    corners = {
        (0, 0): endpoint.comparison,
        (missing[ARMS[0]], 0): endpoint.sensitivity["best_case"].comparison,
        (0, missing[ARMS[1]]): endpoint.sensitivity["worst_case"].comparison,
    }
    for place, comparison in corners.items():
        assert points[place].difference == pytest.approx(comparison.difference)
        assert points[place].interval == pytest.approx(comparison.interval)
        assert points[place].p_value == pytest.approx(comparison.tests["boschloo"])


def test_the_adjusted_and_the_stratified_difference_are_those_of_the_persons(results):
    """From the values and characteristics in the results: logistic regression by statsmodels, and
    weights of Mantel and Haenszel by hand.
    """
    endpoint = results.endpoints["DCR"]
    names = sorted(endpoint.subjects)
    rows = [results.baseline[name] for name in names]
    reached = np.array([endpoint.subjects[name].value for name in names], float)
    treated = np.array([row.arm == ARMS[0] for row in rows], float)
    columns = [np.array([row.ecog == "1" for row in rows], float)]
    for place in range(2):
        first = min(row.stratum[place] for row in rows)
        columns.append(np.array([row.stratum[place] != first for row in rows], float))
    design = np.column_stack([np.ones(len(names)), treated, *columns])
    fit = sm.GLM(reached, design, family=sm.families.Binomial()).fit(tol=1e-13)
    gap = 0.0
    for to, sign in ((1, 1), (0, -1)):
        design[:, 1] = to
        gap += sign * fit.predict(design).mean()
    assert endpoint.adjusted.covariates == ("strata", "ecog")
    assert endpoint.adjusted.difference == pytest.approx(gap, abs=1e-7)

    weighed = weights = 0.0
    strata = [row.stratum for row in rows]
    for stratum in set(strata):
        inside = np.array([each == stratum for each in strata])
        one, zero = inside & (treated == 1), inside & (treated == 0)
        if one.any() and zero.any():
            weight = one.sum() * zero.sum() / inside.sum()
            weighed += weight * (reached[one].mean() - reached[zero].mean())
            weights += weight
    assert endpoint.stratified.difference == pytest.approx(weighed / weights)


# ------------------------------------------------------------------ times


def overall_survival(results) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Days and deaths by arm, as the analysis tells them of each person."""
    subjects = results.endpoints["OS"].rules["OS"].subjects
    found = {}
    for arm in ARMS:
        own = [s.value for name, s in subjects.items() if results.baseline[name].arm == arm]
        found[arm] = np.array([t.days for t in own]), np.array([t.event for t in own])
    return found


def test_landmarks_and_restricted_means_are_those_of_statsmodels(results):
    told = results.endpoints["OS"].rules["OS"].comparison
    times = overall_survival(results)
    tau = told.restricted_mean.tau
    assert tau == min(days.max() for days, _ in times.values())
    for arm, (days, died) in times.items():
        curve = SurvfuncRight(days, died)
        for mark in told.landmarks[arm]:
            place = np.searchsorted(curve.surv_times, mark.days, side="right") - 1
            share = curve.surv_prob[place] if place >= 0 else 1.0
            assert mark.survival == pytest.approx(share)
            assert mark.at_risk == np.sum(days >= mark.days)
            error = curve.surv_prob_se[place] / share
            log = np.log(-np.log(share))
            bounds = np.exp(
                -np.exp(log + 1.959964 * np.array([1, -1]) * error / abs(np.log(share)))
            )
            assert mark.interval == pytest.approx(tuple(bounds), abs=1e-6)
        steps = [0.0, *[t for t in curve.surv_times if t < tau], tau]
        heights = [
            1.0,
            *[s for t, s in zip(curve.surv_times, curve.surv_prob, strict=True) if t < tau],
        ]
        assert told.restricted_mean.means[arm] == pytest.approx(np.diff(steps) @ heights)
    months = [round(mark.days / 30.4375) for mark in told.landmarks[ARMS[0]]]
    assert months == [6, 12]


def test_proportional_hazards_are_tested_as_r_tests_them(results, tmp_path):
    told = results.endpoints["OS"].rules["OS"]
    names = sorted(told.subjects)
    strata = {s: n for n, s in enumerate(sorted({results.baseline[x].stratum for x in names}))}
    r = in_r(
        "fit <- coxph(Surv(time, event) ~ arm + strata(stratum), d, ties = 'efron')\n"
        "out$p <- cox.zph(fit)$table[1, 3]; out$hr <- exp(coef(fit))",
        tmp_path,
        time=[told.subjects[name].value.days for name in names],
        event=[told.subjects[name].value.event for name in names],
        arm=[results.baseline[name].arm == ARMS[0] for name in names],
        stratum=[strata[results.baseline[name].stratum] for name in names],
    )
    assert told.comparison.stratified
    assert told.comparison.proportional == pytest.approx(r["p"][0], rel=1e-5)
    assert told.comparison.hazard_ratio == pytest.approx(r["hr"][0], rel=1e-6)


def test_follow_up_turns_deaths_and_censoring_round(results):
    """Few are followed up to the end, so a median may not be reached, and its lower bound is."""
    told = {"all": results.follow_up.all, **results.follow_up.arms}
    times = overall_survival(results)
    days_of_all, died_of_all = zip(*times.values(), strict=True)
    times["all"] = np.concatenate(days_of_all), np.concatenate(died_of_all)
    for who, (days, died) in times.items():
        curve = SurvfuncRight(days, ~died)
        median = np.nan if told[who].median is None else told[who].median
        assert median == pytest.approx(curve.quantile(0.5), nan_ok=True)
        lower = told[who].interval[0]
        bound = curve.quantile_ci(0.5, method="cloglog")[0]
        assert (np.nan if lower is None else lower) == pytest.approx(bound, nan_ok=True)
    assert told["all"].interval[0] is not None


# ------------------------------------------------------------------ treatment


def doses(entries: list[Entry], randomized: pl.DataFrame) -> pl.DataFrame:
    return (
        rows(entries, "TREATMENT", "dose")
        .with_columns(
            pl.col("day").str.to_date(),
            pl.col("dose", "planned", "delay", "level").cast(pl.Float64),
        )
        .filter(pl.col("dose") > 0)
        .join(randomized, on="subject")
    )


def as_treated(given: pl.DataFrame) -> pl.DataFrame:
    """The arm that was received: whoever had cetuximab is of the experimental one."""
    return given.group_by("subject").agg(
        received=pl.when((pl.col("drug") == "CETUXIMAB").any())
        .then(pl.lit(ARMS[0]))
        .otherwise(pl.lit(ARMS[1]))
        .first()
    )


def test_exposure(results, entries, randomized):
    given = doses(entries, randomized)
    arms = as_treated(given)
    given = given.join(arms, on="subject")
    for arm in ARMS:
        here, told = given.filter(pl.col("received") == arm), results.exposure[arm]
        days = here.group_by("subject").agg(pl.col("day").n_unique())
        assert dict(days.iter_rows()) == dict(told.days)
        cycles = (
            here.filter(pl.col("drug") != "CETUXIMAB")
            .group_by("subject")
            .agg(pl.col("day").n_unique())
        )
        assert dict(cycles.iter_rows()) == {name: n for name, n in told.cycles.items() if n}
        span = here.group_by("subject").agg(
            weeks=(pl.col("day").max() - pl.col("day").min()).dt.total_days() / 7
        )
        assert dict(span.iter_rows()) == pytest.approx(dict(told.weeks))
        delayed = here.filter(pl.col("delay") > 0)["subject"].unique()
        assert counted(delayed) == counted(told.delayed)
        reduced = here.filter(pl.col("level") > 0)["subject"].unique()
        assert counted(reduced) == counted(told.reduced)


def test_relative_dose_intensity(results, entries, randomized):
    """Of cetuximab, every 14 days whatever the cycle; of trifluridine/tipiracil, every 28."""
    given = doses(entries, randomized)
    for drug, every in (("CETUXIMAB", 14), ("TRIFLURIDINE/TIPIRACIL", 28)):
        here = (
            given.filter(pl.col("drug") == drug)
            .group_by("subject")
            .agg(
                share=pl.col("dose").sum() / pl.col("planned").sum(),
                n=pl.col("day").n_unique(),
                took=(pl.col("day").max() - pl.col("day").min()).dt.total_days(),
            )
            .with_columns(
                intensity=pl.col("share") * pl.col("n") * every / (pl.col("took") + every)
            )
        )
        expected = dict(here.select("subject", "intensity").iter_rows())
        told = {
            name: its.intensity
            for arm in results.exposure.values()
            for name, its in arm.drugs.get(drug, {}).items()
        }
        assert expected
        assert told == pytest.approx(expected)


def test_therapy_after_study_treatment(results, entries, randomized):
    after = rows(entries, "SUBSEQUENT_THERAPY", "therapy").join(randomized, on="subject")
    for arm in ARMS:
        here, told = after.filter(pl.col("arm") == arm), results.therapy_after[arm]
        assert counted(here["subject"].unique()) == counted(told.any)
        for kind, names in told.kinds.items():
            own = here.filter(pl.col("class") == kind)["subject"].unique()
            assert counted(own) == counted(names)


# ------------------------------------------------------------------ safety


def test_adverse_events_by_kind(results, entries, randomized):
    given = doses(entries, randomized)
    spans = (
        given.group_by("subject")
        .agg(first=pl.col("day").min(), last=pl.col("day").max())
        .join(as_treated(given), on="subject")
    )
    events = (
        rows(entries, "ADVERSE_EVENTS", "event")
        .with_columns(pl.col("start").str.to_date(), pl.col("grade").cast(pl.Int32))
        .join(spans, on="subject")
        .filter(
            (pl.col("start") >= pl.col("first"))
            & ((pl.col("start") - pl.col("last")).dt.total_days() <= AFTER_LAST_DOSE)
        )
    )
    wanted = {
        "any": pl.lit(True),
        "severe": pl.col("grade") >= 3,
        "serious": pl.col("serious") == "Y",
        "related": pl.col("related") != "NOT RELATED",
        "stopped": pl.col("action") == "STOPPED",
        "fatal": (pl.col("outcome") == "FATAL") | (pl.col("grade") == 5),
    }
    told = results.endpoints["SAFETY"].kinds
    assert set(told) == set(wanted)
    for kind, condition in wanted.items():
        for arm in ARMS:
            here = events.filter(condition & (pl.col("received") == arm))
            assert counted(told[kind].arms[arm]) == counted(here["subject"].unique()), kind
    n = {arm: spans.filter(pl.col("received") == arm).height for arm in ARMS}
    one, zero = (len(told["severe"].arms[arm]) / n[arm] for arm in ARMS)
    assert told["severe"].gap.difference == pytest.approx(one - zero)


def test_magnesium_shifts_by_the_limits_of_ctcae(results, entries, randomized):
    """Hypomagnesemia by CTCAE 5.0 in mmol/L: under the lower limit, 0.5, 0.4 and 0.3."""
    given = doses(entries, randomized)
    first = dict(given.group_by("subject").agg(pl.col("day").min()).iter_rows())
    last = dict(given.group_by("subject").agg(pl.col("day").max()).iter_rows())
    chemistry = rows(entries, "CHEMISTRY", "result").filter(
        (pl.col("test") == "MG") & pl.col("value").is_not_null()
    )

    def grade(value: float, unit: str, lower: float) -> int:
        mmol = value if unit == "mmol/L" else value / 2.431
        low = lower if unit == "mmol/L" else lower / 2.431
        return sum([mmol < low, mmol < 0.5, mmol < 0.4, mmol < 0.3])

    worst: dict[str, int] = {}
    for row in chemistry.iter_rows(named=True):
        day, who = date.fromisoformat(row["day"]), row["subject"]
        inside = who in first and first[who] < day <= last[who].fromordinal(
            last[who].toordinal() + AFTER_LAST_DOSE
        )
        if inside:
            seen = grade(float(row["value"]), row["unit"], float(row["lower"]))
            worst[who] = max(worst.get(who, 0), seen)
    told = {
        name: grades[1]
        for shift in results.endpoints["SAFETY"].shifts["Hypomagnesemia"].values()
        for name, grades in shift.subjects.items()
    }
    assert told == worst
    assert max(worst.values()) > 1


# ------------------------------------------------------------------ quality


def test_quality_by_site(results, entries, randomized):
    screened = pl.DataFrame(
        [(e.subject, e.site) for e in entries if e.type == "SubjectScreened"],
        schema=["subject", "site"],
        orient="row",
    )
    saved = pl.DataFrame(
        [(e.subject, e.seq, e.supersedes) for e in entries if e.type == "FormSaved"],
        schema={"subject": pl.String, "seq": pl.Int64, "instead": pl.Int64},
        orient="row",
    ).join(screened, on="subject")
    opened = pl.DataFrame(
        [(e.subject,) for e in entries if e.type == "QueryOpened"], schema=["subject"], orient="row"
    ).join(screened, on="subject")
    here = randomized.join(screened, on="subject")
    gone = saved["instead"].drop_nulls()
    for site, told in results.quality.items():
        own = saved.filter((pl.col("site") == site) & ~pl.col("seq").is_in(gone.implode()))
        assert counted(told.screened) == counted(screened.filter(pl.col("site") == site)["subject"])
        assert counted(told.randomized) == counted(here.filter(pl.col("site") == site)["subject"])
        assert told.forms == own.height
        assert told.corrected == own["instead"].is_not_null().sum()
        assert told.queries == opened.filter(pl.col("site") == site).height
        assert told.open == 0  # the trial is locked
        months = here.filter(pl.col("site") == site)["start"].dt.strftime("%Y-%m").value_counts()
        assert dict(months.iter_rows()) == dict(told.by_month)
    assert set(results.quality) == set(screened["site"])


def test_deviations(results, entries, randomized):
    told = rows(entries, "DEVIATION", "deviation").join(randomized, on="subject")
    assert told.height
    for arm in ARMS:
        here = told.filter(pl.col("arm") == arm)
        kinds = here.group_by("category").agg(pl.col("subject").unique().sort())
        assert {kind: tuple(names) for kind, names in kinds.iter_rows()} == dict(
            results.deviations[arm].kinds
        )
        assert results.deviations[arm].unclassified == ()  # or the trial could not be locked
