"""Is the review of safety due, and what does that rest on?"""

from __future__ import annotations

from markupsafe import Markup

from equipoise.analysis.results.safety_review import SafetyReview
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.kit.formats import day_words, plural

NOT_RECORDED = "No entry records that it took place."


def review_line(review: SafetyReview) -> str:
    """For the terminal; empty when no review is declared, or it is not due."""
    if review.due_since is None:
        return ""
    return (
        f"safety review due since {review.due_since}: first doses of"
        f" {plural(len(review.treated), 'participant')}, {review.treated[0].subject} to"
        f" {review.treated[-1].subject}"
    )


def review_words(review: SafetyReview, drill_down: DrillDown) -> Markup:
    """For the report, with those whose first doses are counted."""
    if review.after is None:
        return Markup("The protocol declares no review of safety.")
    notes = {dose.subject: f"first dose on {day_words(dose.on)}" for dose in review.treated}
    treated = drill_down.number(len(notes), "First doses counted for the safety review", notes)
    if review.due_since is None:
        return Markup("The safety review is due after {} treated participants; {} are.").format(
            review.after, treated
        )
    words = Markup(
        "The safety review after {} treated participants has been due since {}, the day of the last"
        " of these first doses. {}"
    )
    return words.format(treated, day_words(review.due_since), NOT_RECORDED)
