"""How does a rehearsed trial begin? Sites are opened, people trained and delegated, the list is
committed, and the sites get their green light.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from equipoise.conduct import randomization, trial_setup
from equipoise.conduct.ports import SealedAllocation
from equipoise.conduct.trial_setup import Duty, NewSite
from equipoise.rehearsal.office import Office, actor_of
from equipoise.virtual.parameters import Site

CENTRAL = ("statistician", "data_manager", "monitor", "safety")
AT_SITES = ("coordinator", "investigator")


def open_trial(office: Office, day: date, sites: Iterable[Site], sealed: SealedAllocation) -> None:
    """Everything that comes before the first participant, by the sponsor, on the first day."""
    places: list[tuple[str, str | None]] = [(role, None) for role in CENTRAL]
    for site in sites:
        new = NewSite(site.id, site.country, site.time_zone)
        office.do(day, "sponsor", None, trial_setup.open_site, new)
        places += [(role, site.id) for role in AT_SITES]
    for role, where in places:
        person = actor_of(role, where)
        office.do(
            day,
            "sponsor",
            None,
            trial_setup.train,
            person,
            training="protocol and good clinical practice",
            trained_on=day,
        )
        office.do(day, "sponsor", None, trial_setup.delegate, Duty(person, role, where, day))
    office.do(day, "statistician", None, randomization.commit_allocation, sealed)
    for site in sites:
        office.do(
            day,
            "sponsor",
            None,
            trial_setup.change_site,
            site.id,
            "ACTIVE",
            since=day,
            reason="approved by its ethics committee, contract signed",
        )
    office.do(
        day, "sponsor", None, trial_setup.change_status, "RECRUITING", reason="set-up is complete"
    )
