"""Every figure of the survival room against R's survival package, on generated data full of
ties.
"""

import numpy as np
import pytest

from equipoise.statistics.cox import (
    baseline_hazard,
    dfbeta,
    fit_cox,
    martingale_residuals,
    proportionality_test,
    schoenfeld_residuals,
    score_residuals,
)
from equipoise.statistics.survival import (
    cumulative_incidence,
    gray_test,
    kaplan_meier,
    log_rank,
    restricted_mean,
)
from r_survival import in_r

KINDS = {"plain": "plain", "log": "log", "log-log": "log-log", "arcsine": "arcsin"}
# R stops climbing once the likelihood changes by a relative 1e-9; the comparison needs both at the
# top.
TOP = "control = coxph.control(eps = 1e-25, toler.chol = 1e-26, iter.max = 40)"


def trial(seed, subjects=200, unit=1.0):
    rng = np.random.default_rng(seed)
    arm, age, site = (
        rng.integers(0, 2, subjects),
        rng.normal(60, 9, subjects),
        rng.integers(0, 3, subjects),
    )
    hazard = 0.12 * np.exp(-0.6 * arm + 0.02 * (age - 60) + 0.3 * site)
    death, censored = rng.exponential(1 / hazard), rng.uniform(3, 30, subjects)
    entry = np.floor(rng.uniform(0, 6, subjects) / unit) * unit / 2
    time = np.ceil(np.minimum(death, censored) / unit) * unit
    time = np.where(time <= entry, entry + unit, time)
    return {
        "time": time,
        "event": death <= censored,
        "arm": arm,
        "age": age,
        "site": site,
        "entry": entry,
        "cluster": np.arange(subjects) // 4,
    }


def same(found, expected, rel=1e-9):
    """Alike to `rel`; residuals near 0 to `rel` of the largest."""
    found, expected = np.asarray(found, float).ravel(), np.asarray(expected, float).ravel()
    largest = np.max(np.abs(expected[np.isfinite(expected)]), initial=0)
    assert found == pytest.approx(expected, rel=rel, abs=rel * largest, nan_ok=True)


@pytest.mark.parametrize("delayed", [False, True], ids=["from the origin", "delayed entry"])
def test_curves_bounds_and_quantiles(tmp_path, delayed):
    d = trial(21)
    lines = "".join(
        f"k <- survfit(Surv({'entry, ' if delayed else ''}time, event) ~ 1, d, conf.type ="
        f' "{r}")\nout[["{ours} lower"]] <- k$lower; out[["{ours} upper"]] <- k$upper\nq <-'
        f' quantile(k, c(0.1, 0.25, 0.5)); out[["{ours} q"]] <- c(q$quantile, q$lower, q$upper)\n'
        for ours, r in KINDS.items()
    )
    lines += (
        "out$survival <- k$surv; out$risk <- k$n.risk; s <- summary(k, times = c(2.5, 7)); out$at"
        " <- s$surv"
    )
    expected = in_r(lines, tmp_path, **d)

    for kind in KINDS:
        curve = kaplan_meier(
            d["time"], d["event"], interval=kind, entry=d["entry"] if delayed else None
        )
        same(curve.lower, np.where(curve.survival == 1, 1, expected[f"{kind} lower"]))
        same(curve.upper, np.where(curve.survival == 1, 1, expected[f"{kind} upper"]))
        if not delayed:
            quantiles = [curve.quantile(share) for share in (0.1, 0.25, 0.5)]
            found = [getattr(q, name) for name in ("time", "lower", "upper") for q in quantiles]
            assert found == expected[f"{kind} q"].tolist()
    same(curve.survival, expected["survival"])
    same(curve.at([2.5, 7])[0], expected["at"])
    assert curve.at_risk.tolist() == expected["risk"].tolist()


def test_log_rank_with_rho_groups_and_strata(tmp_path):
    d = trial(22)
    expected = in_r(
        """for (rho in 0:2) for (what in c("site", "site + strata(arm)", "arm + strata(site)")) {
        s <- survdiff(as.formula(paste("Surv(time, event) ~", what)), d, rho = rho / 2)
        sum <- function(x) if (is.matrix(x)) rowSums(x) else x
        out[[paste(what, rho)]] <- c(s$chisq, sum(s$obs), sum(s$exp), s$var) }""",
        tmp_path,
        **d,
    )
    for rho in range(3):
        for what, group, strata in [
            ("site", "site", None),
            ("site + strata(arm)", "site", "arm"),
            ("arm + strata(site)", "arm", "site"),
        ]:
            found = log_rank(
                d["time"], d["event"], d[group], d[strata] if strata else None, rho=rho / 2
            )
            same(
                [found.chi_square, *found.observed, *found.expected, *found.variance.ravel()],
                expected[f"{what} {rho}"],
            )


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("unit", [1.0, 1e-6], ids=["ties", "no ties"])
@pytest.mark.parametrize("stratified", [False, True], ids=["one stratum", "strata"])
@pytest.mark.parametrize("delayed", [False, True], ids=["from the origin", "delayed entry"])
def test_everything_a_cox_model_says(tmp_path, ties, unit, stratified, delayed):
    d = trial(23, unit=unit)
    model = (
        f"Surv({'entry, ' if delayed else ''}time, event) ~ arm +"
        f" age{' + strata(site)' if stratified else ''}"
    )
    expected = in_r(
        f"""f <- coxph({model}, d, ties = "{ties}", {TOP})
        out$coef <- coef(f); out$var <- f$var; out$loglik <- f$loglik; out$tests <- c(f$score, f$wald.test)
        out$martingale <- resid(f); out$score <- t(resid(f, "score")); out$dfbeta <- t(resid(f, "dfbeta"))
        out$schoenfeld <- t(resid(f, "schoenfeld")); out$scaled <- t(resid(f, "scaledsch"))
        b <- basehaz(f, centered = FALSE); out$time <- b$time; out$hazard <- b$hazard
        for (g in c("km", "identity", "log", "rank")) out[[g]] <- cox.zph(f, g)$table[, 1]
        r <- coxph({model} + cluster(cluster), d, ties = "{ties}", {TOP}); out$robust <- c(r$var, r$wald.test)""",  # noqa: E501
        tmp_path,
        **d,
    )
    x, strata = np.column_stack([d["arm"], d["age"]]), d["site"] if stratified else None
    entry = d["entry"] if delayed else None

    fit = fit_cox(d["time"], d["event"], x, strata, ties, entry=entry, tolerance=0)
    clustered = fit_cox(
        d["time"], d["event"], x, strata, ties, entry=entry, cluster=d["cluster"], tolerance=0
    )
    hazard = baseline_hazard(fit)

    # With delayed entry R takes subjects off its sums again and loses digits;
    # `test_property_survival` has the proof.
    rel = 1e-8 if delayed else 1e-9
    same(fit.coef, expected["coef"], rel)
    same(fit.covariance, expected["var"], rel)
    same([fit.loglik_null, fit.loglik], expected["loglik"])
    same([fit.score_chi_square, fit.wald_chi_square], expected["tests"], rel)
    assert fit.likelihood_ratio == pytest.approx(2 * np.diff(expected["loglik"])[0], rel=1e-9)
    same(martingale_residuals(fit), expected["martingale"], rel)
    same(score_residuals(fit), expected["score"], rel)
    same(dfbeta(fit), expected["dfbeta"], rel)
    same(schoenfeld_residuals(fit).residuals, expected["schoenfeld"], rel)
    same(schoenfeld_residuals(fit, scaled=True).residuals, expected["scaled"], rel)
    same(hazard.time, expected["time"])
    same(hazard.cumulative_hazard, expected["hazard"], rel)
    for transform in ("km", "identity", "log", "rank"):
        found = proportionality_test(fit, transform)
        same([*found.chi_square, found.global_chi_square], expected[transform], rel)
    same([*clustered.covariance.ravel(), clustered.wald_chi_square], expected["robust"], rel)


def test_times_that_differ_by_rounding_are_one_time(tmp_path):
    """In a relative 1e-9 of 10 years of days lies no truth; in R's tolerance of 1.5e-8 it is a
    tie.
    """
    d = trial(24)
    d["time"] = d["time"] * (1 + np.random.default_rng(1).uniform(-1e-9, 1e-9, 200))
    d["entry"] = d["entry"] + np.random.default_rng(2).uniform(0, 1e-9, 200)
    expected = in_r(
        f"""f <- coxph(Surv(time, event) ~ arm, d, {TOP}); e <- coxph(Surv(entry, time, event) ~ arm, d, {TOP})
        out$cox <- c(coef(f), coef(e)); out$km <- survfit(Surv(time, event) ~ 1, d)$surv
        out$lr <- survdiff(Surv(time, event) ~ arm, d)$chisq""",  # noqa: E501
        tmp_path,
        **d,
    )
    time, event, arm = d["time"], d["event"], d["arm"]

    assert len(np.unique(time)) == 200
    same(kaplan_meier(time, event).survival, expected["km"])
    assert log_rank(time, event, arm).chi_square == pytest.approx(expected["lr"][0], rel=1e-9)
    found = [
        fit_cox(time, event, arm, entry=entry, tolerance=0).coef[0] for entry in (None, d["entry"])
    ]
    same(found, expected["cox"])


def test_restricted_means(tmp_path):
    d = trial(25)
    expected = in_r(
        "for (tau in c(2.5, 7.3, 20)) { s <- summary(survfit(Surv(time, event) ~ arm, d), rmean ="
        " tau)$table\nout[[as.character(tau)]] <- s[, 5:6] }",
        tmp_path,
        **d,
    )
    for tau in (2.5, 7.3, 20):
        found = restricted_mean(d["time"], d["event"], d["arm"], tau=tau).means
        same([m.estimate for m in found] + [m.se for m in found], expected[f"{tau:g}"])


def test_cumulative_incidence_is_that_of_the_multi_state_model_and_gray_is_near_fine_and_gray(
    tmp_path,
):
    """The Fine-Gray score test weighs by the censoring distribution instead: alike, not the
    same.
    """
    d, rng = trial(26, 400), np.random.default_rng(126)
    d["cause"] = d["event"] * rng.integers(1, 3, 400)
    d["id"] = np.arange(400)
    expected = in_r(
        """d$k <- factor(d$cause, 0:2, c("c", "a", "b")); s <- survfit(Surv(time, k) ~ 1, d)
        out$f <- t(s$pstate[, 2:3]); fg <- finegray(Surv(time, k) ~ ., d, etype = "a")
        out$score <- coxph(Surv(fgstart, fgstop, fgstatus) ~ arm, fg, weights = fgwt)$score""",
        tmp_path,
        **d,
    )

    same(cumulative_incidence(d["time"], d["cause"]).incidence, expected["f"].reshape(-1, 2))
    found = gray_test(d["time"], d["cause"], d["arm"]).chi_square
    assert found == pytest.approx(expected["score"][0], rel=0.1)
