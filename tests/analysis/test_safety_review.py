"""The review of safety is due when so many participants have had a first dose, and says on whom
that rests.
"""

from __future__ import annotations

from datetime import date

import pytest

from equipoise.analysis.safety_review import safety_review
from equipoise.protocol.yaml_file import load
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.trial.safety_review import review_line, review_words
from equipoise.subject.records import read_record
from equipoise.subject.state import Subject

CUTOFF = date(2021, 12, 31)


def treated(name: str, *doses: tuple[str, str]) -> Subject:
    """Somebody who was given these doses: (day, dose); entries count from 10."""
    rows = [
        read_record("EX", {"EXTRT": "IRINOTECAN", "EXSTDTC": day, "EXDOSE": dose}, seq)
        for seq, (day, dose) in enumerate(doses, 10)
    ]
    return Subject(id=name).with_records(rows)


THREE = (
    treated("C", ("2021-05-20", "180"), ("2021-05-06", "180")),
    treated("A", ("2021-05-04", "180")),
    treated("B", ("2021-05-04", "0"), ("2021-05-11", "180")),
)


def test_it_is_due_on_the_day_on_which_the_last_of_so_many_had_a_first_dose():
    review = safety_review(THREE, 2, CUTOFF)

    assert [(dose.subject, dose.on, dose.source) for dose in review.treated] == [
        ("A", "2021-05-04", (10,)),
        ("C", "2021-05-06", (11,)),
    ]
    assert review.due_since == "2021-05-06"


def test_a_dose_of_nothing_and_one_after_the_cutoff_do_not_count():
    assert safety_review(THREE, 3, CUTOFF).due_since == "2021-05-11"
    assert safety_review(THREE, 3, date(2021, 5, 10)).due_since is None
    assert len(safety_review(THREE, 3, date(2021, 5, 10)).treated) == 2


def test_a_dose_known_to_the_month_counts_from_its_first_day():
    assert safety_review([treated("A", ("2021-05", "180"))], 1, CUTOFF).due_since == "2021-05-01"


def test_what_is_not_declared_is_never_due():
    review = safety_review(THREE, None, CUTOFF)

    assert (review.treated, review.due_since) == ((), None)
    assert review_words(review, DrillDown()) == "The protocol declares no review of safety."


@pytest.mark.parametrize(
    ("after", "line", "words"),
    [
        (
            2,
            "safety review due since 2021-05-06: first doses of 2 participants, A to C",
            "has been due since 6 May 2021",
        ),
        (9, "", "is due after 9 treated participants; "),
    ],
)
def test_the_report_and_the_terminal_say_so(after, line, words):
    review = safety_review(THREE, after, CUTOFF)

    assert review_line(review) == line
    assert words in review_words(review, DrillDown()).striptags()


def test_the_shipped_trial_declares_it_after_twenty():
    assert load("NCT04509635").conduct.safety_review_after == 20
