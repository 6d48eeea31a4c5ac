"""Do events, subjects and times agree with rpact?"""

import subprocess
from math import log

import numpy as np
import pytest

from equipoise.statistics.sample_size import (
    Accrual,
    Arm,
    Hazard,
    TwoArms,
    accrual_for_events,
    expected_counts,
    expected_looks,
    freedman_events,
    inflate,
    schoenfeld_events,
    schoenfeld_power,
    size_for_shares,
    time_of_events,
)
from equipoise.statistics.sequential import OBrienFlemingSpending, design_group_sequential
from r_survival import needs_r_package

R_PROGRAM = """
suppressMessages(library(rpact))
show <- function(name, x) cat("figure", name, sprintf("%.16g", as.vector(x)), "\\n")
pst <- c(0, 6, 9); l2 <- c(.025, .04, .015)
s <- getSampleSizeSurvival(alpha=.025, beta=.2, piecewiseSurvivalTime=pst, lambda2=l2, hazardRatio=.6,
  accrualTime=c(0,4,12), accrualIntensity=c(10,40), dropoutRate1=.05, dropoutRate2=.1, dropoutTime=12,
  allocationRatioPlanned=2)
show("events", s$eventsFixed); show("duration", s$studyDuration)
show("freedman", getSampleSizeSurvival(alpha=.025, beta=.2, typeOfComputation="Freedman", hazardRatio=.6, lambda2=.1,
  accrualTime=c(0,12), followUpTime=6, allocationRatioPlanned=2)$eventsFixed)
d <- getDesignGroupSequential(kMax=3, typeOfDesign="asOF", informationRates=c(.4,.7,1), tolerance=1e-10, alpha=.025,
  beta=.1)
s <- getSampleSizeSurvival(d, lambda2=log(2)/6, hazardRatio=.7, accrualTime=c(0,12), followUpTime=12,
  dropoutRate1=.1, dropoutRate2=.1, dropoutTime=12)
show("look-events", s$eventsPerStage); show("look-times", s$analysisTime); show("look-subjects", s$numberOfSubjects)
e <- getEventProbabilities(time=c(3,8,20), accrualTime=c(0,4,12), accrualIntensity=c(10,30), piecewiseSurvivalTime=pst,
  lambda2=l2, lambda1=c(.02,.03,.012), dropoutRate1=.05, dropoutRate2=.1, dropoutTime=12, allocationRatioPlanned=2,
  maxNumberOfSubjects=280)
show("experimental", e$eventProbabilities1); show("control", e$eventProbabilities2)
show("power", getPowerSurvival(alpha=.025, sided=1, lambda2=log(2)/6, hazardRatio=c(.6,.75,.9), accrualTime=c(0,12),
  maxNumberOfSubjects=400, maxNumberOfEvents=250, directionUpper=FALSE)$overallReject)
for (r in c(1,2)) show(paste0("shares", r), getSampleSizeRates(alpha=.05, sided=2, beta=.2, pi1=.742, pi2=.387,
  allocationRatioPlanned=r)$nFixed)
for (r in c(1,3)) show(paste0("margin", r), getSampleSizeRates(alpha=.025, sided=1, beta=.1, pi1=.6, pi2=.55,
  thetaH0=-.12, allocationRatioPlanned=r)$nFixed)
"""  # noqa: E501


@pytest.fixture(scope="module")
def rpact():
    """Every figure of rpact by name, from one run of R."""
    needs_r_package("rpact")
    run = subprocess.run(
        ["Rscript", "-"], input=R_PROGRAM, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    lines = [line.split() for line in run.stdout.splitlines() if line.startswith("figure ")]
    return {words[1]: np.array(words[2:], dtype=float) for words in lines}


def left(share: float) -> Hazard:
    """Constant dropout that takes this share within 12 months."""
    return Hazard((-log(1 - share) / 12,))


CONTROL = Hazard((0.025, 0.04, 0.015), (0.0, 6.0, 9.0))


def test_events_and_the_time_they_take(rpact):
    """Piecewise hazards and accrual, dropout of each arm its own, two experimental subjects for
    each control.
    """
    arms = TwoArms(Arm(CONTROL, left(0.1)), Arm(CONTROL.times(0.6), left(0.05)), ratio=2)
    events = schoenfeld_events(0.6, power=0.8, ratio=2)

    assert events == pytest.approx(rpact["events"][0], rel=1e-10)
    assert freedman_events(0.6, power=0.8, ratio=2) == pytest.approx(
        rpact["freedman"][0], rel=1e-10
    )
    assert time_of_events(events, Accrual((10, 40), (4, 8)), arms) == pytest.approx(
        rpact["duration"][0], abs=1e-6
    )


def test_looks_of_a_group_sequential_trial(rpact):
    design = design_group_sequential(OBrienFlemingSpending(), (0.4, 0.7, 1.0), power=0.9)
    hazard = Hazard.of_median(6)
    arms = TwoArms(Arm(hazard, left(0.1)), Arm(hazard.times(0.7), left(0.1)))
    events = inflate(schoenfeld_events(0.7, power=0.9), design)

    accrual = accrual_for_events(events, Accrual((1,), (12,)), arms, 24)
    looks = expected_looks(events, design, accrual, arms)

    assert [look.events for look in looks] == pytest.approx(rpact["look-events"], rel=1e-8)
    assert [look.time for look in looks] == pytest.approx(rpact["look-times"], rel=1e-6)
    assert [look.subjects for look in looks] == pytest.approx(rpact["look-subjects"], rel=1e-6)


def test_the_share_with_an_event_by_a_calendar_time(rpact):
    """Hazards that are not proportional; rpact divides by all subjects who will ever enter."""
    experimental = Hazard((0.02, 0.03, 0.012), (0.0, 6.0, 9.0))
    arms = TwoArms(Arm(CONTROL, left(0.1)), Arm(experimental, left(0.05)), ratio=2)
    found = [expected_counts(time, Accrual((10, 30), (4, 8)), arms) for time in (3, 8, 20)]

    assert [c.events_control / (280 / 3) for c in found] == pytest.approx(
        rpact["control"], rel=1e-9
    )
    assert [c.events_experimental / (560 / 3) for c in found] == pytest.approx(
        rpact["experimental"], rel=1e-9
    )


def test_power_of_so_many_events(rpact):
    assert [schoenfeld_power(250, hr) for hr in (0.6, 0.75, 0.9)] == pytest.approx(
        rpact["power"], abs=1e-8
    )


@pytest.mark.parametrize("ratio", [1, 2])
def test_subjects_for_two_shares(rpact, ratio):
    size = size_for_shares(0.742, 0.387, power=0.8, alpha=0.05, sided=2, ratio=ratio)

    assert size.subjects == pytest.approx(rpact[f"shares{ratio}"][0], rel=1e-8)


@pytest.mark.parametrize("ratio", [1, 3])
def test_subjects_for_a_margin(rpact, ratio):
    size = size_for_shares(0.6, 0.55, power=0.9, margin=-0.12, ratio=ratio)

    assert size.subjects == pytest.approx(rpact[f"margin{ratio}"][0], rel=1e-8)
