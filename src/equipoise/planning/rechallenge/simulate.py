"""What does re-challenge gain after a drug-free interval, and whom does the ctDNA test let in?

Virtual patients stopped anti-EGFR treatment with some share of resistant cells. Without the drug
that share falls on the scale of odds; what is left at randomization goes into the trial's own
two-clone tumor and RECIST rules. The fitted distribution of the share (`tumor.velo_fit`) is taken
to hold at a reference interval, whatever the half-life, and is wound back from there to the end of
first-line treatment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri
from scipy.stats import qmc

from equipoise.arrays import Floats
from equipoise.planning.rechallenge.figures import UNSELECTED, Assay, Point, Rechallenge
from equipoise.planning.rechallenge.inputs import inputs_of
from equipoise.planning.rechallenge.outcomes import (
    LOGITS,
    Figures,
    OutcomeTable,
    control_of,
    outcome_at,
    outcome_of,
    outcomes_of,
    simulate_outcomes,
    weights_on,
)
from equipoise.protocol.model import Protocol
from equipoise.protocol.payload import protocol_hash
from equipoise.protocol.refusal import Use, require
from equipoise.simulation.blocks import Progress
from equipoise.simulation.full_trial import trial_of
from equipoise.simulation.refusals import refusals
from equipoise.virtual.clonal_decay import probability_unseen, resistant_fraction
from equipoise.virtual.parameters import Parameters, read_parameters
from equipoise.virtual.person import tumor_fraction
from equipoise.virtual.tumor_rules import TumorParameters

PEOPLE = 2**14
"""How many people an integral over the population takes; quasi-random, so its error is far below
the simulation's."""
_SHOWN_LOGITS = (-14.0, -6.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0, 10.0)


@dataclass(frozen=True, slots=True)
class PatientPool:
    """People when first-line anti-EGFR treatment ends, each (person,).

    `start` is the resistant fraction, `half_life` in months, `tumor_fraction` the share of tumor
    DNA in plasma.
    """

    start: Floats
    half_life: Floats
    tumor_fraction: Floats

    def resistant_after(self, months: float) -> Floats:
        """Resistant fractions (person,) after a drug-free interval."""
        return resistant_fraction(self.start, months, self.half_life)


def draw_population(
    seed: int, half_life: float, parameters: Parameters, tumor: TumorParameters
) -> PatientPool:
    """The same people for every half-life, whose own spread about `half_life` (a median, in
    months).

    The start is normal on the scale of log odds, with the mean and standard deviation for which the
    fit holds at the reference interval. Raises ValueError when the decay alone varies more than the
    fit allows.
    """
    rows = parameters.tables["rechallenge"]
    normal = ndtri(qmc.Sobol(3, seed=seed).random(PEOPLE))
    own = half_life * np.exp(rows["half_life_sd"]["value"] * normal[:, 1])
    lost = log(2) * rows["reference_interval"]["value"] / own
    spread = tumor.resistant_sd**2 - float(np.var(lost))
    if spread <= 0:
        raise ValueError(
            f"half_life {half_life}: decay until the reference interval varies more than the"
            " fractions"
        )
    start = tumor.resistant_logit + float(np.mean(lost)) + sqrt(spread) * normal[:, 0]
    return PatientPool(expit(start), own, tumor_fraction(normal[:, 2], parameters))


def assays_of(protocol: Protocol, parameters: Parameters) -> tuple[Assay, ...]:
    """The test as the protocol asks for it, the same with less asked, and bounds no assay
    reaches.
    """
    ras, shown = (
        parameters["resistant_by_ras"],
        float(protocol.molecular["RAS"].tumor_fraction_at_least),
    )
    lowered = parameters.tables["rechallenge"]["on_chemotherapy"]["value"]
    rows = (
        ("ras_shown", f"RAS panel, tumor fraction {100 * shown:g} % or more", ras, 1.0, shown),
        ("ras_any", "RAS panel, any negative sample", ras, 1.0, 0.0),
        (
            "ras_chemotherapy",
            "RAS panel, any negative sample, drawn on chemotherapy",
            ras,
            lowered,
            0.0,
        ),
        (
            "all_shown",
            f"every resistant clone visible, tumor fraction {100 * shown:g} % or more",
            1.0,
            1.0,
            shown,
        ),
        ("all_any", "every resistant clone visible, any negative sample", 1.0, 1.0, 0.0),
    )
    return tuple(
        Assay(id=name, label=label, sees=sees, tumor_dna=dna, informative_from=least)
        for name, label, sees, dna, least in rows
    )


def chance_let_in(assay: Assay, limit: float, people: PatientPool, resistant: Floats) -> Floats:
    """Each person's chance that the test finds nothing and its sample counts, (person,)."""
    plasma = people.tumor_fraction * assay.tumor_dna
    return probability_unseen(plasma, resistant, limit, assay.sees) * (
        plasma >= assay.informative_from
    )


def simulate_rechallenge(
    protocol: Protocol,
    patients: int = 5000,
    seed: int = 1,
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> Rechallenge:
    """Everything `equipoise rechallenge` shows; the same for a seed whatever the number of workers.

    `patients` are followed in the control arm and at each of 49 resistant fractions. Raises
    CannotObey for a protocol that no virtual trial obeys, ValueError for numbers out of range.
    """
    require(refusals(protocol), Use.SIMULATED)
    parameters, trial = read_parameters(protocol.id), trial_of(protocol)
    table = simulate_outcomes(trial, patients, seed, workers=workers, progress=progress)
    rows, assays = parameters.tables["rechallenge"], assays_of(protocol, parameters)
    hidden_above, declared = (
        tuple(rows["hidden_above"]["value"]),
        float(protocol.molecular["RAS"].mutated_at),
    )
    limits = tuple(sorted({*rows["limits"]["value"], declared}, reverse=True))
    control, points = control_of(table), list[Point]()
    for half_life in rows["half_lives"]["value"]:
        people = draw_population(seed, half_life, parameters, trial.tumor)
        for interval in rows["intervals"]["value"]:
            points += _points(
                table, control, people, assays, limits, hidden_above, interval, half_life
            )
    return Rechallenge(
        protocol=protocol.id,
        title=protocol.registration.title,
        version=protocol.version,
        digest=protocol_hash(protocol),
        patients=patients,
        seed=seed,
        half_lives=tuple(rows["half_lives"]["value"]),
        intervals=tuple(rows["intervals"]["value"]),
        reference_interval=rows["reference_interval"]["value"],
        limits=limits,
        declared_limit=declared,
        hidden_above=hidden_above,
        assays=assays,
        inputs=inputs_of(protocol, parameters),
        control=outcome_of(control),
        at_fraction=tuple(
            (float(expit(at)), outcome_at(table, LOGITS.tolist().index(at))) for at in _SHOWN_LOGITS
        ),
        points=tuple(points),
    )


def _points(
    table: OutcomeTable,
    control: Figures,
    people: PatientPool,
    assays: tuple[Assay, ...],
    limits: tuple[float, ...],
    hidden_above: tuple[float, ...],
    interval: float,
    half_life: float,
) -> Iterator[Point]:
    """All groups after one interval: everybody, and those whom each assay lets in."""
    resistant = people.resistant_after(interval)
    everybody, log_odds = np.ones(len(resistant)), logit(resistant)
    groups: list[tuple[str, float | None, float, Floats]] = [(UNSELECTED, None, 0.0, everybody)]
    groups += [
        (assay.id, at, assay.sees, chance_let_in(assay, at, people, resistant))
        for assay in assays
        for at in limits
    ]
    for name, limit, sees, chances in groups:
        experimental, difference = outcomes_of(table, weights_on(log_odds, chances), control)
        hidden = tuple(
            float(chances[resistant > above].sum() / chances.sum()) for above in hidden_above
        )
        yield Point(
            assay=name,
            limit=limit,
            interval=interval,
            half_life=half_life,
            let_in=float(chances.mean()),
            hidden=hidden,
            below_limit=_below_limit(chances, sees, resistant > hidden_above[0]),
            experimental=experimental,
            difference=difference,
        )


def _below_limit(chances: Floats, sees: float, hidden: NDArray[np.bool_]) -> float:
    """Share of those let in whose hidden clone carries a variant on the panel, which the test
    missed.

    Where the variant is below the limit the chance of being let in is 1, or 0 for a sample that
    does not count; where it is above, only clones without one are let in.
    """
    return float(sees * np.count_nonzero((chances >= 1.0) & hidden) / chances.sum())
