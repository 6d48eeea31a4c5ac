"""Who came, who entered, who was analyzed? The flow diagram of CONSORT 2025."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from equipoise.analysis.results.participants import FlowOfArm
from equipoise.analysis.results.trial import ArmOfTrial, Results
from equipoise.protocol.model import Protocol
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.kit.formats import spoken
from equipoise.report.kit.svg import line, link, path, picture, rect, text, wrap

PAD, SIZE = 9, 12
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
        [row("Randomized", entered, "strong")],
        {arm: _arm_boxes(about, flow.arms[arm], row) for arm, about in results.arms.items()},
    )


def _arm_boxes(about: ArmOfTrial, arm: FlowOfArm, row: Callable[..., Row]) -> list[list[Row]]:
    untreated = sorted(set(arm.randomized) - set(arm.treated))
    ended = sorted({name for names in arm.treatment_ended.values() for name in names})
    left = sorted({name for names in arm.study_ended.values() for name in names})
    allocated = [
        Row(about.label, None, "strong " + about.role),
        row("Allocated", arm.randomized, "strong"),
        row("Treated", arm.treated),
        row("Not treated", untreated),
    ]
    followed = [row("Treatment ended", ended, "strong")]
    followed += [
        row(f"– {spoken(cause)}", names) for cause, names in sorted(arm.treatment_ended.items())
    ]
    followed += [row("Left the study", left)]
    followed += [
        row(f"– {spoken(cause)}", names) for cause, names in sorted(arm.study_ended.items())
    ]
    followed += [row("Died", arm.died)]
    analyzed = [
        row("Analyzed (all randomized)", arm.randomized, "strong"),
        Row("Left out of the analysis: 0"),
    ]
    return [allocated, followed, analyzed]


def draw_consort(boxes: Boxes, roles: Mapping[str, str], simulated: bool, width: float) -> str:
    """The diagram; on a narrow screen the excluded stand under the screened, not beside them."""
    half = (width - 18) / 2
    narrow = width < 500
    main = width if narrow else half
    center = width / 2
    parts, y = [], 22.0
    inner, height = _box(0 if narrow else center - main / 2, y, main, boxes.screened, "box")
    parts.append(inner)
    y += height
    inner, beside = _box(
        width - (width * 0.8 if narrow else half - 12),
        y + GAP,
        width * 0.8 if narrow else half - 12,
        boxes.excluded,
        "box",
    )
    stem = width * 0.1 if narrow else center
    right = width * 0.2 if narrow else width - half + 12
    end = y + beside + 2 * GAP
    parts += [_arrow(stem, y, stem, end), _arrow(stem, y + GAP + 16, right, y + GAP + 16), inner]
    inner, height = _box(0 if narrow else center - main / 2, end, main, boxes.randomized, "box")
    parts.append(inner)
    return _with_arms(boxes, roles, parts, end + height, half, width, simulated)


def _with_arms(
    boxes: Boxes,
    roles: Mapping[str, str],
    parts: list[str],
    y: float,
    half: float,
    width: float,
    simulated: bool,
) -> str:
    fork, centers = y + GAP / 2, [half / 2 + i * (half + 18) for i in range(len(boxes.arms))]
    parts += [
        line(width / 2, y, width / 2, fork, "axis"),
        line(centers[0], fork, centers[-1], fork, "axis"),
    ]
    y += GAP * 1.2
    for level in range(3):
        drawn = [
            _box(i * (half + 18), y, half, rows[level], f"box {roles[arm]}")
            for i, (arm, rows) in enumerate(boxes.arms.items())
        ]
        parts += [_arrow(x, fork if level == 0 else y - GAP, x, y) for x in centers]
        # Boxes beside each other are drawn to the same height.
        tallest = max(height for _, height in drawn)
        parts += [
            _box(i * (half + 18), y, half, rows[level], f"box {roles[arm]}", tallest)[0]
            for i, (arm, rows) in enumerate(boxes.arms.items())
        ]
        y += tallest + GAP
    return picture(
        width, y - GAP + 2, "".join(parts), "Flow of participants (CONSORT 2025)", simulated
    )


def _box(
    x: float, y: float, width: float, rows: Sequence[Row], css: str, tallest: float = 0
) -> tuple[str, float]:
    parts, base = [], y + PAD + SIZE
    for row in rows:
        wrapped = wrap(row.words, width - 2 * PAD)
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
