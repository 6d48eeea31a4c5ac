"""Who came, who entered, who was analyzed? The flow diagram of CONSORT 2025."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from equipoise.analysis.results.participants import FlowOfArm
from equipoise.analysis.results.trial import ArmOfTrial, Results
from equipoise.protocol.model import Protocol
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.kit.formats import day_words, spoken
from equipoise.report.kit.svg import line, link, path, picture, rect, text, wrap
from equipoise.report.trial.arm_legend import NARROW
from equipoise.report.trial.primary import analyzed_in, primary_endpoint

PAD, SIZE = 9, 12
BOLD = 1.15
GAP = 26


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a box: its words, where it leads, and how it stands out."""

    words: str
    href: str | None = None
    css: str = ""


@dataclass(frozen=True, slots=True)
class Boxes:
    """The boxes of the diagram, from top to bottom."""

    screened: Sequence[Row]
    excluded: Sequence[Row]
    randomized: Sequence[Row]
    arms: Mapping[str, Sequence[Sequence[Row]]]
    roles: Mapping[str, str]
    simulated: bool


def boxes_of(results: Results, protocol: Protocol, drill_down: DrillDown) -> Boxes:
    """The counts of the diagram, each with its subjects."""
    flow = results.flow
    entered = [name for arm in flow.arms.values() for name in arm.randomized]
    failed = sorted({name for names in flow.reasons.values() for name in names})

    def row(words: str, names: Sequence[str], css: str = "") -> Row:
        href = drill_down.href(words, names) if names else None
        return Row(f"{words}: {len(names)}", href, css)

    outside = sorted({*failed, *flow.open, *flow.declined, *flow.eligible_not_randomized})
    everybody = sorted({*entered, *outside})
    screened = [row("Assessed for eligibility", everybody, "strong")]
    screened += _dates(flow.screened_from, flow.screened_to)
    if flow.rescreened:
        screened.append(Row(f"of whom screened again: {flow.rescreened}"))
    short = {criterion.id: criterion.short for criterion in protocol.criteria}
    excluded = [row("Not randomized", outside, "strong"), row("Not eligible", failed)]
    excluded += [
        row(f"– {criterion} {short.get(criterion, '')}", names)
        for criterion, names in flow.reasons.items()
    ]
    excluded.append(row("Declined", flow.declined))
    excluded.append(row("Eligibility not known", sorted(flow.open)))
    excluded.append(row("Eligible, in screening", flow.eligible_not_randomized))
    return Boxes(
        screened,
        excluded,
        [
            row("Randomized", entered, "strong"),
            *_dates(flow.randomized_from, flow.randomized_to),
        ],
        {
            arm: [
                *_arm_boxes(about, flow.arms[arm], row),
                _analyzed(results, protocol, flow.arms[arm].randomized, row),
            ]
            for arm, about in results.arms.items()
        },
        {arm: about.role for arm, about in results.arms.items()},
        results.simulated,
    )


def _arm_boxes(about: ArmOfTrial, arm: FlowOfArm, row: Callable[..., Row]) -> list[list[Row]]:
    untreated = sorted(set(arm.randomized) - set(arm.treated))
    causes, never = _causes_of_treated(arm)
    ended = sorted({name for names in causes.values() for name in names})
    left = sorted({name for names in arm.study_ended.values() for name in names})
    allocated = [
        Row(about.label, None, "strong " + about.role),
        row("Allocated", arm.randomized, "strong"),
        row("Treated", arm.treated),
        row("Not treated", untreated),
        *(row(f"– {spoken(cause)}", names) for cause, names in sorted(never.items())),
    ]
    followed = [row("Treatment ended", ended, "strong")]
    followed += [row(f"– {spoken(cause)}", names) for cause, names in sorted(causes.items())]
    followed.append(row("On treatment at the cutoff", sorted(set(arm.treated) - set(ended))))
    followed += [row("Left the study", left)]
    followed += [
        row(f"– {spoken(cause)}", names) for cause, names in sorted(arm.study_ended.items())
    ]
    followed += [row("Died", arm.died)]
    return [allocated, followed]


def _dates(first: str | None, last: str | None) -> list[Row]:
    return [Row(f"{day_words(first)} to {day_words(last)}")] if first and last else []


def _causes_of_treated(
    arm: FlowOfArm,
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Why treatment ended, of those who were treated, and of those who never were."""
    treated: dict[str, list[str]] = {}
    never: dict[str, list[str]] = {}
    for cause, names in arm.treatment_ended.items():
        for told, inside in ((treated, True), (never, False)):
            if own := [name for name in names if (name in arm.treated) is inside]:
                told[cause] = own
    return treated, never


def _analyzed(
    results: Results, protocol: Protocol, randomized: Sequence[str], row: Callable[..., Row]
) -> list[Row]:
    """Who of one arm is in the primary analysis, by its declared population."""
    population = protocol.population(protocol.primary.estimand.population)
    words = "all randomized" if population.rule == "randomized" else population.id
    inside = analyzed_in(primary_endpoint(results))
    return [
        row(f"Analyzed ({words})", [name for name in randomized if name in inside], "strong"),
        row("Left out of the analysis", [name for name in randomized if name not in inside]),
    ]


def draw_consort(boxes: Boxes, width: float) -> str:
    """The diagram; on a narrow screen the excluded stand under the screened, not beside them."""
    narrow, half = width < NARROW, _half(width)
    main, left = (width, 0.0) if narrow else (half, width / 2 - half / 2)
    screened, height = _box(left, 22.0, main, boxes.screened, "box")
    y = 22.0 + height
    beside = width * 0.8 if narrow else half - 12
    excluded, height = _box(width - beside, y + GAP, beside, boxes.excluded, "box")
    stem = width * 0.1 if narrow else width / 2
    end = y + height + 2 * GAP
    arrows = [
        _arrow(stem, y, stem, end),
        _arrow(stem, y + GAP + 16, width * 0.2 if narrow else width - half + 12, y + GAP + 16),
    ]
    randomized, height = _box(left, end, main, boxes.randomized, "box")
    parts = [screened, *arrows, excluded, randomized]
    arms, bottom = _arms(boxes, end + height, width)
    label = "Flow of participants (CONSORT 2025)"
    return picture(width, bottom, "".join([*parts, *arms]), label, boxes.simulated)


def _half(width: float) -> float:
    return (width - 18) / 2


def _arms(boxes: Boxes, y: float, width: float) -> tuple[list[str], float]:
    """The arms beside each other, level by level, and where they end."""
    half, fork = _half(width), y + GAP / 2
    lefts = [i * (half + 18) for i in range(len(boxes.arms))]
    centers = [half / 2 + left for left in lefts]
    parts = [
        line(width / 2, y, width / 2, fork, "axis"),
        line(centers[0], fork, centers[-1], fork, "axis"),
    ]
    y += GAP * 1.2
    for level in range(3):
        parts += [_arrow(x, fork if level == 0 else y - GAP, x, y) for x in centers]
        # Boxes beside each other are drawn to the same height.
        tallest = max(height for _, height in _level(boxes, level, lefts, y, half))
        parts += [box for box, _ in _level(boxes, level, lefts, y, half, tallest)]
        y += tallest + GAP
    return parts, y - GAP + 2


def _level(
    boxes: Boxes, level: int, lefts: Sequence[float], y: float, width: float, tallest: float = 0
) -> list[tuple[str, float]]:
    return [
        _box(left, y, width, rows[level], f"box {boxes.roles[arm]}", tallest)
        for left, (arm, rows) in zip(lefts, boxes.arms.items(), strict=True)
    ]


def _box(
    x: float, y: float, width: float, rows: Sequence[Row], css: str, tallest: float = 0
) -> tuple[str, float]:
    parts, base = [], y + PAD + SIZE
    for row in rows:
        bold = BOLD if "strong" in row.css else 1.0
        wrapped = wrap(row.words, (width - 2 * PAD) / bold)
        inner = "".join(
            text(x + PAD + (10 if i else 0), base + i * 16, piece, row.css)
            for i, piece in enumerate(wrapped)
        )
        parts.append(link(row.href, inner, row.words) if row.href else inner)
        base += 16 * len(wrapped) + 2
    height = max(base - y - SIZE + PAD - 4, tallest)
    return rect(x, y, width, height, css, 4) + "".join(parts), height


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    down = x1 == x2
    tip = (
        [(x2 - 4, y2 - 6), (x2, y2), (x2 + 4, y2 - 6)]
        if down
        else [(x2 - 6, y2 - 4), (x2, y2), (x2 - 6, y2 + 4)]
    )
    return line(x1, y1, x2, y2, "axis") + path(tip, "axis none")
