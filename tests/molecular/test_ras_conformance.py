"""The cases of conformance/cases/ras.json, written from the rules and not from our output, reach
everything there is to say.

That each case is answered as written is asserted with all other topics in
`tests/conformance/test_conformance.py`.
"""

from __future__ import annotations

import json

from equipoise.conformance import runner
from equipoise.molecular.ras import RasState

CASES = json.loads((runner.CASES / "ras.json").read_text(encoding="utf-8"))["cases"]


def test_the_cases_reach_every_state_and_each_has_its_own_name() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES) >= 25
    assert {case["expected"]["state"] for case in CASES} == {state.value for state in RasState}
