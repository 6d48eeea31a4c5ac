"""What virtual participants cannot play is refused with its field; what is not is played."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from changed import MASKED, shipped_with
from equipoise.cli.app import app
from equipoise.planning.check import refusals as all_refusals
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Use
from equipoise.protocol.yaml_file import load, read_text
from equipoise.rehearsal.refusals import refusals
from equipoise.rehearsal.rehearse import draw_sealed_list, rehearse
from equipoise.store.memory import Memory
from equipoise.subject.fold import replay
from equipoise.subject.records import EX

NO_DRUG = (
    ("values: {drug: CETUXIMAB, doses: [500 mg/m2, 400 mg/m2, 300 mg/m2], every_days: 14}", ""),
    ("drug: CETUXIMAB, from", "from"),
)


def refused(*changes: tuple[str, str]) -> list[str]:
    return [str(refusal) for refusal in refusals(shipped_with(*changes))]


def test_the_shipped_trial_can_be_rehearsed():
    assert refusals(load("NCT04509635")) == ()


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ((("id: NCT04509635", "id: NCT00000001"),), "registration.id", "NCT04509635"),
        (MASKED, "design.masking", "expected OPEN LABEL"),
        ((('start: "2020-09-01"', 'start: "2020-09"'),), "registration.start", "YYYY-MM-DD"),
        ((("{id: SURVIVAL, ", "{id: CONTACT, "),), "schedule", "no visit SURVIVAL"),
        (
            (
                (
                    "every_days: 84, before_days: 14, after_days: 14, until: death,",
                    "before_days: 14, after_days: 14,",
                ),
            ),
            "schedule.SURVIVAL.every_days",
            "expected again and again",
        ),
        (
            (("reader: LOCAL MDT", "reader: INDEPENDENT ASSESSOR"),),
            "assessment.reader",
            "of the site",
        ),
        (
            (("label: Tumor assessment, anchor: randomization", "label: T, anchor: first_dose"),),
            "schedule.SCAN",
            "recurs from randomization",
        ),
        (
            (("drugs: [OXALIPLATIN, ", "drugs: [IRINOTECAN, "),),
            "regimens",
            "who had no oxaliplatin before gets none",
        ),
        (
            (("drugs: [TRIFLURIDINE/TIPIRACIL]", "drugs: [OXALIPLATIN]"),),
            "regimens",
            "oxaliplatin before gets none",
        ),
        (
            (("drugs: [TRIFLURIDINE/TIPIRACIL]", "drugs: [FRUQUINTINIB]"),),
            "regimens.FTD/TPI.drugs",
            "found FRUQUINTINIB",
        ),
        (
            (("doses: [500 mg/m2, 400 mg/m2, 300 mg/m2]", "doses: [700 mg, 400 mg]"),),
            "treatment.values.doses",
            "found 700 mg, 400 mg of CETUXIMAB, expected doses in mg/m2",
        ),
        (
            (("doses: [500 mg/m2, 400 mg/m2, 300 mg/m2], ", ""),),
            "treatment.values.doses",
            "found none of CETUXIMAB",
        ),
    ],
)
def test_what_they_do_not_do_is_refused_with_its_field(changes, field, says):
    sentences = refused(*changes)

    assert any(s.startswith(f"{field}: ") and says in s for s in sentences), sentences
    assert all(s.endswith("(cannot be rehearsed)") for s in sentences)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ((("SURVIVAL_CONTACT, DEVIATION]", "SURVIVAL_CONTACT]"),), "forms", "no form DEVIATION"),
        (
            (("      level: {hint", "      reason: {required: true}\n      level: {hint"),),
            "forms.TREATMENT",
            "expected Reason for delay or reduction",
        ),
        (
            (("      level: {hint", "      dose: {max: 100}\n      level: {hint"),),
            "forms.TREATMENT",
            "expected a value from 0 to 100",
        ),
        (
            (("test: PLAT, at_least: 100 10*9/L", "test: PLAT, at_least: 9000 10*9/L"),),
            "eligibility.inclusion.I09",
            "no virtual participant meets it: PLAT",
        ),
        (
            (("{kind: age, at_least: 18}", "{kind: age, at_least: 90}"),),
            "eligibility.added.X01",
            "no virtual participant meets it",
        ),
        (
            (
                ("no irinotecan: [MFOLFOX6, FTD/TPI]", "no irinotecan: [NONE]"),
                ("{irinotecan: [FOLFIRI, IRINOTECAN],", "{irinotecan: [ALL],"),
            ),
            "randomization.strata.IRINOTECAN",
            "not known of virtual participants",
        ),
    ],
)
def test_what_only_trying_shows_is_refused_with_its_field(changes, field, says):
    sentences = refused(*changes)

    assert any(s.startswith(f"{field}: ") and says in s for s in sentences), sentences


def test_criteria_that_nobody_meets_together_are_refused_as_a_whole():
    opposed = (
        "{kind: performance, test: ECOG101, at_most: 1, within_days: 7}",
        "{kind: sex, is: M}",
    )
    pregnancy = ("- {kind: sex, is: M}\n", "- {kind: sex, is: F}\n")
    never = ("{kind: lab_answer, test: HCG, is: NEGATIVE, within_days: 7}", "{kind: sex, is: F}")

    (sentence,) = refused(opposed, pregnancy, never)

    assert sentence.startswith("eligibility: none of 200 virtual participants meets every")


def played(protocol: Protocol) -> Memory:
    assert refusals(protocol) == ()
    storage = Memory()
    sealed = draw_sealed_list(protocol, participants=4, seed=1)
    rehearse(protocol, storage, sealed, participants=4, seed=1)
    return storage


@pytest.mark.parametrize(
    "changes",
    [
        (("ratio: 1, from", "ratio: 2, from"), ("block_sizes: sealed", "block_sizes: [4, 8]")),
        (("requires_intended_chemotherapy: true", "requires_intended_chemotherapy: false"),),
        (("first_dose_within_days: 3", "first_dose_within_days: 14"),),
        (("day: 56, every_days: 56, before", "day: 42, every_days: 42, before"),),
        (("washout_days: 14", "washout_days: 60"),),
        (("  derived: sensitivity", "  derived: primary"),),
        (("cycle_days: 14, drugs: [IRINOTECAN]", "cycle_days: 21, drugs: [IRINOTECAN]"),),
        (("{id: MAGNESIUM, ", "{id: MG, "),),
        (("blinded: false", "blinded: true"),),
    ],
    ids=lambda changes: changes[0][1],
)
def test_what_is_not_refused_is_played(changes):
    trial = replay(played(shipped_with(*changes)).read())

    assert sum(subject.randomized is not None for subject in trial.subjects.values()) == 4


def test_a_treatment_without_a_drug_under_test_is_played_without_it():
    trial = replay(played(shipped_with(*NO_DRUG)).read())

    given = {ex.treatment for subject in trial.subjects.values() for ex in subject.records(EX)}
    assert given
    assert "CETUXIMAB" not in given


def test_every_room_is_asked_this_one_too():
    uses = {refusal.use for refusal in all_refusals(shipped_with(*MASKED))}

    assert uses >= {Use.CONDUCTED, Use.REHEARSED}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ((("id: NCT04509635", "id: NCT00000001"),), "registration.id: found NCT00000001"),
        (MASKED, "design.masking: found DOUBLE BLIND"),
        ((("{kind: age, at_least: 18}", "{kind: age, at_least: 90}"),), "eligibility.added.X01"),
    ],
)
def test_the_terminal_says_what_cannot_be_rehearsed_and_ends_with_2(tmp_path, changes, says):
    text = read_text("NCT04509635")
    for before, after in changes:
        text = text.replace(before, after)
    mine = tmp_path / "mine.yaml"
    mine.write_text(text, encoding="utf-8")
    command = ["rehearse", "--protocol", str(mine), "-o", str(tmp_path / "ledger.jsonl")]
    result = CliRunner().invoke(app, command)

    assert result.exit_code == 2
    assert says in result.output
    assert "cannot be rehearsed" in result.output
    assert "should not happen" not in result.output
    assert not (tmp_path / "ledger.jsonl").exists()
