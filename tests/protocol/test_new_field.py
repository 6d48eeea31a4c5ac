"""A field of a form is added by one file, the protocol's own: saved, folded, checked and asked
about.
"""

from datetime import date

from equipoise.conduct import data_entry
from equipoise.conduct.data_entry import FormData
from equipoise.conduct.record import Refused
from equipoise.protocol.yaml_file import parse, read_text
from equipoise.subject.records import VS
from story import Story

DAY = date(2021, 3, 10)
OWN = """forms:
  own:
    - id: BLOOD_PRESSURE
      title: Blood pressure
      header:
        - {id: date, label: Date, variable: --DTC, type: date, required: true}
      groups:
        - id: pressure
          domain: VS
          constants: {VSTESTCD: SYSBP}
          fields:
            - {id: systolic, label: Systolic, variable: VSORRES, type: integer, max: 300}
            - {id: arm, label: Measured on which arm, type: code, codes: [LEFT, RIGHT]}
          plausible:
            - {field: systolic, low: 70, high: 220}
"""


def test_a_field_of_the_protocols_own_form_is_known_everywhere():
    text = read_text("NCT04509635").replace("forms:\n", OWN, 1)
    story = Story(protocol=parse(text)).begin().ready("S01-001", DAY)

    def saved(**row):
        typed = FormData(
            "BLOOD_PRESSURE", "UNSCHEDULED 1", {"date": "2021-03-10"}, {"pressure": [row]}
        )
        return story.do("2021-03-10", "coordinator", data_entry.save_form, "S01-001", typed)

    refused = saved(systolic="12o", arm="BOTH")
    entry = saved(systolic="250", arm="LEFT")

    assert isinstance(refused, Refused)
    assert "expected a whole number" in str(refused) or "expected a number" in str(refused)
    assert "BOTH" in str(refused)
    records = story.session.trial.subjects["S01-001"].records(VS)
    assert [(vs.test, vs.original) for vs in records] == [("SYSBP", "250")]
    assert entry.payload["groups"]["pressure"] == [{"systolic": "250", "arm": "LEFT"}]
    (question,) = story.session.trial.subjects["S01-001"].queries.values()
    assert question.text.startswith("found 250")
