"""What do the pages say of CTCAE? The grade of each laboratory value with its reason, and the
adverse events that values speak for; nothing is recorded by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from equipoise.assessments.ctcae.from_records import GradedResult, graded_results
from equipoise.assessments.ctcae.grade import Graded, Lacking
from equipoise.assessments.ctcae.proposed import ProposedEvent, proposed_events
from equipoise.protocol.estimands import CtcaeVersion
from equipoise.protocol.forms import Form
from equipoise.protocol.model import Protocol
from equipoise.subject.records import Source
from equipoise.subject.state import Subject
from equipoise.web.access import can_do
from equipoise.web.boxes import with_row
from equipoise.web.pages import address, in_address
from equipoise.web.who import Asking

EVENTS, RESULTS = "AE", "LB"
_LACKING = {
    Lacking.VALUE: _("There is no value that can be read."),
    Lacking.UNIT: _("The unit is not known, or CTCAE has no limit in such a unit."),
    Lacking.LLN: _("The lower limit of normal is missing beside the value."),
    Lacking.ULN: _("The upper limit of normal is missing beside the value."),
    Lacking.BASELINE: _("There is no value from before the treatment to compare it with."),
    Lacking.BASELINE_LIMITS: _("A limit of normal is missing beside the baseline."),
    Lacking.TEXT: _("CTCAE has no grade for such a value beside such a baseline."),
    Lacking.NUMBER: _("CTCAE does not tell it by this number."),
}


class ShownGrade(NamedTuple):
    """A grade on a page: its words, and what is lacking for one in sentences."""

    graded: Graded
    word: str
    why: tuple[str, ...]


class ShownResult(NamedTuple):
    """A laboratory value on a page, with its grade by each term."""

    result: GradedResult
    grades: tuple[ShownGrade, ...]


class ShownEvent(NamedTuple):
    """A proposed event on a page, and where the form is that it can be filled into."""

    event: ProposedEvent
    to: str


class Grades(NamedTuple):
    """What a page says of CTCAE: the version of the protocol, the values of one entry, and the
    events that are proposed.
    """

    version: CtcaeVersion | None
    results: tuple[ShownResult, ...] = ()
    events: tuple[ShownEvent, ...] = ()

    @property
    def raised(self) -> tuple[ShownGrade, ...]:
        """The grades of 1 and more among the values."""
        return tuple(one for each in self.results for one in each.grades if one.graded.grade)


def shown_results(
    protocol: Protocol, her: Subject, entry: Source | None
) -> tuple[ShownResult, ...]:
    """The values that one entry holds."""
    return tuple(
        ShownResult(each, tuple(_shown(graded) for graded in each.grades))
        for each in graded_results(her, protocol.ctcae)
        if each.lab.source == entry
    )


def _shown(graded: Graded) -> ShownGrade:
    why = tuple(str(_LACKING[each]) for each in graded.lacking)
    if graded.grade is not None:
        return ShownGrade(graded, gettext("grade %(n)s") % {"n": graded.grade}, why)
    *first, last = graded.possible
    if len(graded.possible) > len(("0", "1", "2")):
        return ShownGrade(graded, gettext("grade unknown"), why)
    several = {"n": ", ".join(map(str, first)), "last": last}
    return ShownGrade(graded, gettext("grade %(n)s or %(last)s") % several, why)


def shown_events(
    asked: Asking, protocol: Protocol, her: Subject, visit: str = ""
) -> tuple[ShownEvent, ...]:
    """What is proposed, each with a link to the form on which it is reported: at a visit, else at
    that of its worst value. No link for who may not save.
    """
    form = next((each for each in protocol.forms if EVENTS in each.domains), None)
    can_save = form is not None and can_do(asked.who.role, "form")

    def to(event: ProposedEvent) -> str:
        at = in_address(visit or event.lab.visit or "UNSCHEDULED-1")
        given = {"entry": "new", "propose": event.key}
        place = address(asked, "form", her.id, at, form.id if form else "")
        return f"{place}?{urlencode(given)}"

    proposed = proposed_events(her, protocol.ctcae)
    return tuple(ShownEvent(each, to(each) if can_save else "") for each in proposed)


def begun_with(form: Form, raw: Mapping[str, str], event: ProposedEvent) -> dict[str, str]:
    """The boxes with a row of the event; not once more where it stands there already."""
    row = {
        "AETERM": event.term,
        "AEDECOD": event.term,
        "AETOXGR": str(event.grade),
        "AESTDTC": str(event.begins)[: len("2021-04-03")],
    }
    group = next((each for each in form.groups if each.domain == EVENTS), None)
    return dict(raw) if group is None else with_row(group, raw, row)


def proposal(asked: Asking, protocol: Protocol, her: Subject) -> ProposedEvent | None:
    """The event that the address names (`?propose=`), if it is still one."""
    key = asked.request.GET.get("propose", "")
    proposed: Any = proposed_events(her, protocol.ctcae) if key else ()
    return next((each for each in proposed if each.key == key), None)
