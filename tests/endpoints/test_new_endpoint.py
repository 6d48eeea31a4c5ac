"""An endpoint that this house does not know is registered from outside, in one file, and is there
everywhere: time to progression, which is censored by death.

A trial needs three files for it: this registration, its protocol, and a conformance case.
"""

from collections.abc import Iterator
from datetime import date

import pytest

from equipoise.analysis.analyze import analyze
from equipoise.analysis.known import Known
from equipoise.analysis.results.endpoints import TimeToEventEndpoint
from equipoise.conduct import disposition
from equipoise.conformance.answers import answer
from equipoise.endpoints import catalogue
from equipoise.endpoints.catalogue import (
    TimeEndpoint,
    register,
    strategies_of,
    unknown_analyses,
    words_of,
)
from equipoise.endpoints.censoring import CENSOR
from equipoise.endpoints.time_to_event import derive_pfs
from equipoise.protocol.model import Protocol
from equipoise.protocol.yaml_file import parse, read_text
from equipoise.report.trial.page import write_report
from story import Story

WHO, CUTOFF = "S01-001", date(2021, 12, 31)
TIME_TO_PROGRESSION = TimeEndpoint(
    code="TTP",
    title="Time to Progression",
    derive=lambda known, responded, rules: derive_pfs(known, rules._replace(death=CENSOR)),
    strategies=lambda rules: strategies_of(rules._replace(death=CENSOR)),
)
DECLARED = """  - id: TTP
    label: Time to progression
    role: secondary
    from: A-SECONDARY
    estimand:
      treatment: as for the primary endpoint
      population: ITT
      variable: time from randomization to progression
      intercurrent:
        - {event: death, strategy: hypothetical, handled: censored before it}
      summary: hazard ratio
    analysis: {kind: time_to_event, rules: [TTP], stratified: true}
"""
CASE = {
    "endpoint": "TTP",
    "rules": "FDA_2018_A",
    "schedule": {"interval": 56, "window": 7},
    "scans": [{"day": 56, "response": "SD"}],
    "death": 100,
    "cutoff": 700,
}


@pytest.fixture
def registered() -> Iterator[None]:
    register(TIME_TO_PROGRESSION)
    yield
    del catalogue.TIME_ENDPOINTS["TTP"]


def protocol_with_ttp() -> Protocol:
    before, after = read_text("NCT04509635").split("  - id: SAFETY\n    label", 1)
    return parse(f"{before}{DECLARED}  - id: SAFETY\n    label{after}")


def died_stable() -> Story:
    """Stable on day 56, dead on day 100."""
    story = Story(protocol=protocol_with_ttp()).begin().ready(WHO)
    story.randomize(WHO)
    story.scan(WHO, "2021-05-05", 1, "SD", "45")
    story.done(
        "2021-06-20",
        "investigator",
        disposition.record_death,
        WHO,
        died_on="2021-06-18",
        cause="DISEASE UNDER STUDY",
    )
    return story


def analyzed(story: Story) -> TimeToEventEndpoint:
    known: Known = story.known(CUTOFF)
    endpoint = analyze(known).results.endpoints["TTP"]
    assert isinstance(endpoint, TimeToEventEndpoint)
    return endpoint


@pytest.mark.usefixtures("registered")
def test_it_is_analyzed_beside_the_others():
    endpoint = analyzed(died_stable())
    value = endpoint.rules["TTP"].subjects[WHO]

    assert (value.value.days, value.value.event) == (57, False)
    assert value.why == "death does not count: censored at the last adequate scan before"
    assert (endpoint.label, endpoint.population) == ("Time to progression", "ITT")


@pytest.mark.usefixtures("registered")
def test_it_stands_in_the_report():
    story = died_stable()
    page = write_report(analyze(story.known(CUTOFF)), tuple(story.storage.read()))

    assert "Time to progression" in page
    assert words_of("TTP") == ""


@pytest.mark.usefixtures("registered")
def test_a_case_asks_for_it():
    assert answer("censoring", CASE) == {"days": 57, "event": False, "source": "scan"}


def test_without_it_the_protocol_asks_for_what_nobody_can_answer():
    assert unknown_analyses(protocol_with_ttp()) == (
        "endpoints.TTP.analysis.rules: found 'TTP', expected one of FDA, EMA, PFS, OS, DOR",
    )
    with pytest.raises(ValueError, match=r"endpoints\.TTP\.analysis\.rules: found 'TTP'"):
        analyze(died_stable().known(CUTOFF))


def test_a_code_is_given_once():
    with pytest.raises(ValueError, match="there is an endpoint OS already"):
        register(TimeEndpoint(code="OS", title="Another", derive=TIME_TO_PROGRESSION.derive))
