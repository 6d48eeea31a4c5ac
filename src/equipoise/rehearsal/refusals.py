"""Which protocols can no virtual participant play, and why?

What the file declares is compared with what they do; then a few of them are drawn, their forms
filled in and their criteria answered, since only that shows what a changed form or criterion does.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import equipoise.allocation.refusals as allocation
import equipoise.conduct.refusals as conduct
import equipoise.endpoints.refusals as endpoints
import equipoise.subject.refusals as subject
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Refusal, Use
from equipoise.protocol.schedule import Visit
from equipoise.rehearsal.dosing import drugs_under_test
from equipoise.rehearsal.trial_run import tried
from equipoise.terms.codes import is_of_site
from equipoise.virtual.parameters import read_parameters, rehearsed
from equipoise.virtual.person import without_regimen

Found = tuple[str, str]
"""A field, and why it cannot be played."""

VISITS = {
    "SCREENING": False,
    "FIRST_DOSE": False,
    "CYCLE": True,
    "SAFETY_FOLLOW_UP": False,
    "SURVIVAL": True,
}
"""Visits at which virtual sites enter their forms, and whether they recur."""
BELOW = (subject, allocation, endpoints, conduct)
"""Rooms that virtual participants go through: what one of them refuses is not tried."""
PANEL = "RAS"
PER_AREA = "mg/m2"


def refusals(protocol: Protocol) -> tuple[Refusal, ...]:
    """What stands in the way of a rehearsal, in the order in which it would be met."""
    found = list(_declared(protocol))
    if not found and not any(room.refusals(protocol) for room in BELOW):
        found = list(tried(protocol))
    return tuple(Refusal(Use.REHEARSED, field, why) for field, why in found)


def _declared(protocol: Protocol) -> Iterator[Found]:
    if protocol.id not in rehearsed():
        there = ", ".join(rehearsed())
        yield (
            "registration.id",
            f"found {protocol.id}, expected a trial that has virtual participants: {there}",
        )
        return
    if (masking := protocol.design.masking) != "OPEN LABEL":
        yield (
            "design.masking",
            f"found {masking}, expected OPEN LABEL: virtual sites see the arm that they enter",
        )
    yield from _start(protocol)
    yield from _visits(protocol)
    yield from _regimens(protocol)
    yield from _drug_under_test(protocol)
    if PANEL not in protocol.molecular:
        yield "molecular", f"found no panel {PANEL}, which the samples of virtual participants show"


def _start(protocol: Protocol) -> Iterator[Found]:
    try:
        date.fromisoformat(protocol.registration.start)
    except ValueError:
        yield (
            "registration.start",
            (
                f"found {protocol.registration.start!r}, expected a day, YYYY-MM-DD, on which the"
                " first virtual site opens"
            ),
        )


def _visits(protocol: Protocol) -> Iterator[Found]:
    schedule = {visit.id: visit for visit in protocol.schedule}
    for name, recurs in VISITS.items():
        if (visit := schedule.get(name)) is None:
            yield "schedule", f"found no visit {name}, at which virtual sites enter their forms"
        elif (visit.every_days is not None) != recurs:
            found, expected = ("once", "again and again") if recurs else ("again", "once")
            yield f"schedule.{name}.every_days", f"it is due {found}, expected {expected}"
    yield from _scans(protocol, schedule[protocol.assessment.scan_visit])


def _scans(protocol: Protocol, scan: Visit) -> Iterator[Found]:
    if not is_of_site(reader := protocol.assessment.reader):
        yield (
            "assessment.reader",
            f"found {reader}, expected a reader of the site: virtual scans have no other reading",
        )
    if scan.anchor != "randomization" or scan.every_days is None:
        yield (
            f"schedule.{scan.id}",
            "expected a visit that recurs from randomization: that is when virtual tumors are seen",
        )


def _regimens(protocol: Protocol) -> Iterator[Found]:
    """The MDT's choices that virtual participants may need, and doses for each of their drugs."""
    there = ", ".join(regimen.id for regimen in protocol.regimens) or "none"
    for previous in without_regimen(protocol):
        yield "regimens", f"found {there}: a virtual participant who had {previous} gets none"
    known = read_parameters(protocol.id).tables["doses"]
    for regimen in protocol.regimens:
        for drug in regimen.drugs:
            if drug not in known:
                yield (
                    f"regimens.{regimen.id}.drugs",
                    (
                        f"found {drug}, expected drugs whose dose virtual participants know:"
                        f" {', '.join(known)}"
                    ),
                )


def _drug_under_test(protocol: Protocol) -> Iterator[Found]:
    for given in drugs_under_test(protocol):
        units = {dose.unit for dose in given.doses}
        if units != {PER_AREA}:
            yield (
                "treatment.values.doses",
                (
                    f"found {', '.join(map(str, given.doses)) or 'none'} of {given.drug}, expected"
                    f" doses in {PER_AREA}, the full one first"
                ),
            )
