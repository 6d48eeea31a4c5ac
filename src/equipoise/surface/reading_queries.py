"""Does the response that a reader recorded agree with the lesions? If not, somebody is asked, in
words that propose no value; the reading was saved before.
"""

from __future__ import annotations

from equipoise.conduct.attribution import Attribution
from equipoise.conduct.carry_out import Session
from equipoise.conduct.data_management import Question, next_query, open_query
from equipoise.conduct.record import Outcome
from equipoise.conduct.roles import SYSTEM
from equipoise.endpoints.readings import disagreement, lesion_problem
from equipoise.ledger.entry import Entry
from equipoise.protocol.forms import Form


def ask_about_reading(session: Session, saved: Entry, salt: str) -> Outcome | None:
    """Ask about a scan that was just saved, as the edit checks do; None where nothing is to be
    asked. `salt` is random, as of every command.
    """
    trial = session.caught_up()
    subject = trial.subjects[saved.subject or ""]
    form = subject.forms.get(saved.seq)
    if form is None or subject.randomized is None:
        return None
    day = form.on.latest if form.on else subject.randomized.on
    protocol = trial.version_at(subject.site, day, subject).protocol
    if problem := lesion_problem(subject, protocol.assessment):
        text = problem
    elif differs := disagreement(subject, saved.seq, form.visit, protocol.assessment):
        text = differs.question
    else:
        return None
    by = Attribution(
        at=trial.head.at if trial.head else saved.at,
        actor=SYSTEM,
        role=SYSTEM,
        site=None,
        key=f"{saved.key}:reading",
        salt=salt,
    )
    place = _response_of(protocol.form(form.form))
    question = Question(next_query(subject, saved.seq), saved.seq, place, text)
    return session.do(open_query, by, subject.id, question)


def _response_of(form: Form | None) -> str:
    """Where a form asks for the response, as a query names it."""
    groups = form.groups if form else ()
    return next((f"{each.id}[1].{each.fields[0].id}" for each in groups if each.domain == "RS"), "")
