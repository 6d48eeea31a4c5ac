"""What does one reader's series of responses come to? The parameters that an ADRS table holds, with
what decided each.

PARAMCD: RSP response, CB clinical benefit, BOR best response; CRSP, CCB, CBOR the same with
confirmation; PD progression; LSTA last assessment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from equipoise.arrays import NEVER, NOWHERE
from equipoise.endpoints.best_response import (
    Achieved,
    derive_best_response,
    derive_clinical_benefit,
    derive_confirmed_best_response,
    first_progression,
    first_response,
)
from equipoise.endpoints.response_rules import ResponsePolicy
from equipoise.terms.response import Response

PARAMETERS = {
    "RSP": "Response, CR or PR before progression",
    "CB": "Clinical Benefit",
    "BOR": "Best Overall Response",
    "CRSP": "Confirmed Response",
    "CCB": "Clinical Benefit with Confirmed Response",
    "CBOR": "Best Overall Response with Confirmation",
    "PD": "Disease Progression",
    "LSTA": "Last Disease Assessment",
}
"""PARAMCD -> PARAM, in the order in which tables list them."""


@dataclass(frozen=True, slots=True)
class ResponseParameter:
    """One parameter of one series: its value as text and the assessment that decided (-1: none
    did).
    """

    code: str  # a key of PARAMETERS
    value: str
    index: int
    why: str


def derive_response_parameters(
    day: Sequence[int],
    response: Sequence[int],
    policy: ResponsePolicy,
    *,
    pd_day: Sequence[int] | None = None,
    therapy_day: int = NEVER,
) -> tuple[ResponseParameter, ...]:
    """All parameters of one series, in the order of PARAMETERS; PD only when there was progression.

    Args:
        day: days since randomization, in order of time.
        response: terms.response.Response, one for each day. A series without an assessment has no
        LSTA.
        pd_day: the day each PD is dated on, or -1.
        therapy_day: day of new anticancer therapy, or -1.

    """
    best = derive_best_response(day, response, policy, pd_day=pd_day, therapy_day=therapy_day)
    sure = derive_confirmed_best_response(
        day, response, policy, pd_day=pd_day, therapy_day=therapy_day
    )
    progressed = first_progression(day, response, policy, therapy_day=therapy_day)

    def responded(confirm: bool) -> ResponseParameter:
        i = first_response(
            day, response, policy, confirm=confirm, pd_day=pd_day, therapy_day=therapy_day
        )
        why = (
            "no response before progression"
            if i < 0
            else f"first {Response(int(response[i])).cdisc}"
        )
        return _flag(
            "CRSP" if confirm else "RSP", i, why + (", confirmed" if confirm and i >= 0 else "")
        )

    def benefited(confirm: bool) -> ResponseParameter:
        achieved: Achieved = derive_clinical_benefit(
            day, response, policy, confirm=confirm, therapy_day=therapy_day
        )
        return _flag("CCB" if confirm else "CB", achieved.index, achieved.why)

    parameters = [
        responded(False),
        benefited(False),
        ResponseParameter("BOR", best.response.cdisc, best.index, best.why),
        responded(True),
        benefited(True),
        ResponseParameter("CBOR", sure.response.cdisc, sure.index, sure.why),
    ]
    if progressed != NOWHERE:
        parameters.append(ResponseParameter("PD", "Y", progressed, "first progression"))
    if len(day):
        parameters.append(
            ResponseParameter(
                "LSTA", Response(int(response[-1])).cdisc, len(day) - 1, "the last of all"
            )
        )
    return tuple(parameters)


def _flag(code: str, index: int, why: str) -> ResponseParameter:
    return ResponseParameter(code, "Y" if index >= 0 else "N", index, why)
