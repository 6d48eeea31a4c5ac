"""Do bounds, levels, power and inference agree with rpact, and with the multivariate normal of
scipy?
"""

import subprocess
from math import log, sqrt

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import multivariate_normal

from equipoise.statistics.sequential import (
    BetaSpending,
    FutilityBounds,
    GroupSequentialDesign,
    HaybittlePeto,
    HwangShihDeCani,
    KimDeMets,
    OBrienFleming,
    OBrienFlemingSpending,
    Pocock,
    PocockSpending,
    TabulatedSpending,
    WangTsiatis,
    conditional_power,
    design_group_sequential,
    final_inference,
    operating_characteristics,
    repeated_interval,
    repeated_p_value,
)
from r_survival import needs_r_package

SPACINGS = {
    "two": (0.5, 1.0),
    "three": (1 / 3, 2 / 3, 1.0),
    "four": (0.15, 0.5, 0.8, 1.0),
    "five": (0.2, 0.4, 0.6, 0.8, 1.0),
    "six": (0.15, 0.3, 0.5, 0.65, 0.85, 1.0),
}
FAMILIES = {
    "OF": (OBrienFleming(), 'typeOfDesign="OF"'),
    "P": (Pocock(), 'typeOfDesign="P"'),
    "WT": (WangTsiatis(0.25), 'typeOfDesign="WT",deltaWT=0.25'),
    "HP": (HaybittlePeto(3.1), 'typeOfDesign="HP",constantBoundsHP=3.1'),
    "asOF": (OBrienFlemingSpending(), 'typeOfDesign="asOF"'),
    "asP": (PocockSpending(), 'typeOfDesign="asP"'),
    "asHSD": (HwangShihDeCani(-4.0), 'typeOfDesign="asHSD",gammaA=-4'),
    "asKD": (KimDeMets(2.5), 'typeOfDesign="asKD",gammaA=2.5'),
}
BETA = {
    "bsOF": (OBrienFlemingSpending(), 'typeBetaSpending="bsOF"'),
    "bsP": (PocockSpending(), 'typeBetaSpending="bsP"'),
    "bsHSD": (HwangShihDeCani(-2.0), 'typeBetaSpending="bsHSD",gammaB=-2'),
    "bsKD": (KimDeMets(2.0), 'typeBetaSpending="bsKD",gammaB=2'),
}
THETAS = (-0.05, 0.0, 0.1, 0.22)
SUBJECTS = 250


def plain_cases():
    for name, (rule, text) in FAMILIES.items():
        for spacing, sided in (
            ("two", 1),
            ("three", 1),
            ("four", 1),
            ("six", 1),
            ("three", 2),
            ("five", 2),
        ):
            options = {"rule": rule, "sided": sided, "alpha": 0.025 * sided}
            yield f"{name}-{spacing}-{sided}", text, SPACINGS[spacing], options


def futility_cases():
    for name, (spending, text) in BETA.items():
        both = ((False, "four"), (True, "three"))
        for binding, spacing in both if name == "bsOF" else both[:1] if name == "bsP" else both[1:]:
            options = {
                "rule": OBrienFlemingSpending(),
                "futility": BetaSpending(spending),
                "binding": binding,
            }
            flag = f'typeOfDesign="asOF",{text},bindingFutility={str(binding).upper()}'
            yield f"{name}-{spacing}-{binding}", flag, SPACINGS[spacing], options
    for binding in (False, True):
        for name in ("OF", "P", "asHSD"):
            rule, text = FAMILIES[name]
            options = {"rule": rule, "futility": FutilityBounds((-0.3, 0.6)), "binding": binding}
            flag = f"{text},futilityBounds=c(-0.3,0.6),bindingFutility={str(binding).upper()}"
            yield f"{name}-fixed-{binding}", flag, SPACINGS["three"], options
    user = TabulatedSpending((0.005, 0.01, 0.025))
    yield (
        "user",
        'typeOfDesign="asUser",userAlphaSpending=c(.005,.01,.025)',
        SPACINGS["three"],
        {"rule": user},
    )


CASES = {
    name: (text, looks, options)
    for name, text, looks, options in (*plain_cases(), *futility_cases())
}

R_PROGRAM = """
suppressMessages(library(rpact))
show <- function(name, x) cat(name, sprintf("%.16g", x), "\\n")
one <- function(name, sided, looks, ...) {
  d <- suppressWarnings(getDesignGroupSequential(kMax=length(looks), informationRates=looks, alpha=0.025*sided,
    beta=0.1, sided=sided, tolerance=1e-10, ...))
  show(paste(name, "efficacy"), d$criticalValues)
  show(paste(name, "futility"), d$futilityBounds)
  show(paste(name, "spent"), d$alphaSpent)
  show(paste(name, "shift"), getDesignCharacteristics(d)$shift)
  if (sided == 1 && length(looks) < 6) {
    p <- getPowerAndAverageSampleNumber(d, theta=c(THETAS), nMax=SUBJECTS)
    show(paste(name, "reject"), as.vector(p$rejectPerStage))
    show(paste(name, "stop"), as.vector(p$futilityPerStage))
    show(paste(name, "subjects"), p$averageSampleNumber)
  }
}
analyze <- function(name, sided) {
  d <- getDesignGroupSequential(kMax=3, informationRates=c(.4,.7,1), alpha=0.025*sided, sided=sided,
    typeOfDesign="asOF", tolerance=1e-10)
  ds <- getDataset(cumulativeEvents=c(80,140), cumulativeLogRanks=c(1.4,2.9))
  first <- getStageResults(d, ds, stage=1, directionUpper=TRUE)
  second <- getStageResults(d, ds, stage=2, directionUpper=TRUE)
  show(paste(name, "cp"), getConditionalPower(first, nPlanned=c(60,60), thetaH1=1.4)$conditionalPower)
  show(paste(name, "rci"), as.vector(getRepeatedConfidenceIntervals(d, ds, directionUpper=TRUE)))
  show(paste(name, "rp"), getRepeatedPValues(second))
  show(paste(name, "p"), getFinalPValue(second)$pFinal)
  f <- getFinalConfidenceInterval(d, ds, directionUpper=TRUE)
  show(paste(name, "final"), c(f$medianUnbiased, f$finalConfidenceInterval))
}
"""  # noqa: E501


@pytest.fixture(scope="module")
def rpact():
    """Every figure of rpact, by case and name, from one run of R."""
    needs_r_package("rpact")
    head = R_PROGRAM.replace("THETAS", ",".join(map(str, THETAS))).replace(
        "SUBJECTS", str(SUBJECTS)
    )
    calls = [
        f'one("{name}", {options.get("sided", 1)}, c({",".join(f"{t:.17g}" for t in looks)}),'
        f" {text})"
        for name, (text, looks, options) in CASES.items()
    ]
    program = "\n".join([head, *calls, 'analyze("analysis", 1)'])
    run = subprocess.run(
        ["Rscript", "-"], input=program, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    figures = {}
    for line in run.stdout.splitlines():
        words = line.split()
        if len(words) > 2 and (words[0] in CASES or words[0] == "analysis"):
            figures[words[0], words[1]] = np.array(
                [np.nan if w == "NA" else float(w) for w in words[2:]]
            )
    return figures


def ours(name: str) -> GroupSequentialDesign:
    _, looks, options = CASES[name]
    options = dict(options)
    return design_group_sequential(options.pop("rule"), looks, power=0.9, **options)


@pytest.mark.parametrize("name", CASES)
def test_bounds_and_drift_agree_with_rpact(rpact, name):
    design = ours(name)
    # With no lower bound rpact integrates from -6 on a fixed grid and loses a digit with many looks
    # (see Simpson).
    tolerance = 2e-7 if design.sided == 1 and len(design.information) > 3 else 1e-8

    np.testing.assert_allclose(design.efficacy, rpact[name, "efficacy"], rtol=0, atol=tolerance)
    np.testing.assert_allclose(
        np.array(design.alpha_spent)[:-1], rpact[name, "spent"][:-1], rtol=0, atol=1e-8
    )
    np.testing.assert_allclose(design.drift**2, rpact[name, "shift"][0], rtol=1e-7)
    if design.futility_rule is not None:
        np.testing.assert_allclose(design.futility, rpact[name, "futility"], rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "name", [n for n in CASES if CASES[n][2].get("sided", 1) == 1 and len(CASES[n][1]) < 6]
)
def test_stopping_probabilities_agree_with_rpact(rpact, name):
    design = ours(name)
    looks = len(design.information)
    at = [operating_characteristics(design, theta * sqrt(SUBJECTS)) for theta in THETAS]

    reject = rpact[name, "reject"].reshape(len(THETAS), looks)
    stop = rpact[name, "stop"].reshape(len(THETAS), -1)
    np.testing.assert_allclose([o.efficacy for o in at], reject, rtol=0, atol=1e-7)
    np.testing.assert_allclose(
        [o.futility[:-1] for o in at], np.broadcast_to(stop, (len(THETAS), looks - 1)), atol=1e-6
    )
    np.testing.assert_allclose(
        [o.expected_information * SUBJECTS for o in at], rpact[name, "subjects"], rtol=1e-6
    )


def test_inference_on_a_log_hazard_ratio_agrees_with_rpact(rpact):
    """80 and 140 of 200 events with log-rank z 1.4 and 2.9; theta is the log hazard ratio,
    information events / 4.
    """
    name = "analysis"
    design = design_group_sequential(
        OBrienFlemingSpending(), (0.4, 0.7, 1.0), maximum_information=50.0
    )
    # R looks for its roots with a tolerance of 1e-6.
    final = final_inference(design, 2, 2.9)
    found = np.exp([final.estimate, final.interval.lower, final.interval.upper])
    np.testing.assert_allclose(found, rpact[name, "final"], rtol=1e-5)
    np.testing.assert_allclose(final.p_value, rpact[name, "p"], rtol=1e-6)
    intervals = [repeated_interval(design, look, z) for look, z in ((1, 1.4), (2, 2.9))]
    limits = np.exp([[i.lower, i.upper] for i in intervals]).ravel()
    np.testing.assert_allclose(limits, rpact[name, "rci"][:4], rtol=1e-5)
    np.testing.assert_allclose(repeated_p_value(design, 2, 2.9), rpact[name, "rp"][1], rtol=1e-4)
    # rpact reports the chance of success by each later look; ours is by the last.
    np.testing.assert_allclose(
        conditional_power(design, 1, 1.4, log(1.4)), rpact[name, "cp"][2], rtol=1e-8
    )


def simpson_level(information, bounds, points=2001):
    """P(Z_k >= b_k for some k) with no effect, by Simpson's rule on a fine grid: slow, and a
    different method.
    """
    weights = np.tile([2.0, 4.0], points // 2 + 1)[:points]
    weights[0] = weights[-1] = 1.0
    nodes, mass, spent, before = np.zeros(1), np.ones(1), 0.0, 0.0
    for now, bound in zip(information, bounds, strict=True):
        slope, scale = sqrt(before / now), sqrt(1 - before / now)
        spent += mass @ ndtr((slope * nodes - bound) / scale)
        grid = np.linspace(-9.0, bound, points)
        density = (
            np.exp(-0.5 * ((grid[:, None] - slope * nodes) / scale) ** 2)
            @ mass
            / (scale * sqrt(2 * np.pi))
        )
        nodes, mass, before = grid, density * weights * (grid[1] - grid[0]) / 3, now
    return spent


@pytest.mark.parametrize(("family", "spacing"), [("OF", "six"), ("asP", "six")])
def test_where_rpact_differs_in_the_eighth_digit_simpsons_rule_is_on_our_side(
    rpact, family, spacing
):
    name = f"{family}-{spacing}-1"
    looks = SPACINGS[spacing]

    ours_off = abs(simpson_level(looks, ours(name).efficacy) - 0.025)
    theirs_off = abs(simpson_level(looks, rpact[name, "efficacy"]) - 0.025)

    assert ours_off < 1e-11
    assert ours_off < theirs_off / 10


@pytest.mark.parametrize("looks", [(0.5, 1.0), (0.3, 0.31, 1.0)])
def test_the_level_is_that_of_the_multivariate_normal(looks):
    """Close looks included: their correlation is 0.98."""
    design = design_group_sequential(PocockSpending(), looks)
    t = np.array(looks)
    correlation = np.sqrt(np.minimum.outer(t, t) / np.maximum.outer(t, t))
    bounds = np.array(design.efficacy)
    inside = multivariate_normal.cdf(bounds, cov=correlation, abseps=1e-7, releps=1e-7)

    assert 1 - inside == pytest.approx(0.025, abs=1e-6)
