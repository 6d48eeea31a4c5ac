"""Arms compared as R's survdiff, coxph and survfit compare them: ties, strata, three arms."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "statistics"))

from equipoise.analysis.survival_comparison import compare_survival
from r_survival import in_r

R_LINES = """
by <- if (%s) " + strata(site)" else ""
of <- function(rest) as.formula(paste("Surv(time, event) ~", rest))
test <- survdiff(of(paste0("arm", by)), d)
fit <- coxph(of(paste0("factor(arm)", by)), d, ties = "efron")
out$chisq <- test$chisq
out$coef <- coef(fit); out$se <- sqrt(diag(vcov(fit)))
out$interval <- exp(confint(fit)); out$p <- summary(fit)$coefficients[, 5]
out$medians <- summary(survfit(Surv(time, event) ~ arm, d))$table[, c("median", "0.95LCL", "0.95UCL")]
zph <- cox.zph(fit)$table; out$zph <- zph[nrow(zph), ]
"""  # noqa: E501


@pytest.mark.parametrize("stratified", [False, True])
@pytest.mark.parametrize("arms", [2, 3])
def test_the_comparison_is_that_of_r(tmp_path, arms, stratified):
    rng = np.random.default_rng(arms)
    arm, site = rng.integers(0, arms, 200), rng.integers(0, 4, 200)
    death, censored = rng.exponential(12 / (1 + 0.5 * arm + 0.2 * site)), rng.uniform(2, 30, 200)
    time, event = np.ceil(np.minimum(death, censored)), death <= censored
    r = in_r(
        R_LINES % str(stratified).upper(), tmp_path, time=time, event=event, arm=arm, site=site
    )

    found = compare_survival(time, event, arm.astype(str), site if stratified else None)

    assert found.log_rank.chi_square == pytest.approx(r["chisq"][0], rel=1e-9)
    assert [row.coef for row in found.hazard_ratios] == pytest.approx(r["coef"], rel=1e-8)
    assert [row.se for row in found.hazard_ratios] == pytest.approx(r["se"], rel=1e-8)
    bounds = [row.lower for row in found.hazard_ratios] + [row.upper for row in found.hazard_ratios]
    assert bounds == pytest.approx(r["interval"], rel=1e-8)
    assert [row.p for row in found.hazard_ratios] == pytest.approx(r["p"], rel=1e-7)
    medians = np.array(
        [(one.median.time, one.median.lower, one.median.upper) for one in found.arms]
    )
    expected = np.where(
        np.isnan(r["medians"]), np.inf, r["medians"]
    )  # R: NA where it is not reached
    assert medians.T.ravel() == pytest.approx(expected)
    assert found.proportionality == pytest.approx(r["zph"], rel=1e-6)
