"""Which numbers stand where? The tables of the report, each number with the subjects behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from markupsafe import Markup

from equipoise.protocol.model import Protocol
from equipoise.report.kit.drill_down import Behind, source_links, subject_link
from equipoise.report.kit.formats import (
    NONE,
    RULES,
    SENSITIVITY,
    TESTS,
    confidence,
    listed,
    median_words,
    p_value,
    percent,
    points,
    points_span,
    ratio,
    share_span,
    span,
    spoken,
)
from equipoise.report.kit.table import Cell, Table

Arms = Mapping[str, Mapping[str, str]]


def subject_arms(results: Mapping[str, Any]) -> dict[str, str]:
    """The arm allocated to each randomized subject."""
    return {name: one["arm"] for name, one in results["baseline"].items()}


def _all(arms: Arms) -> list[tuple[str, str]]:
    return [*((arm, about["label"]) for arm, about in arms.items()), ("", "All")]


def _count_head(results: Mapping[str, Any], behind: Behind) -> list[Cell]:
    people = subject_arms(results)
    head: list[Cell] = [""]
    for arm, label in _all(results["arms"]):
        inside = [name for name, its in people.items() if arm in ("", its)]
        head.append(
            Markup("{}<br><small>n = {}</small>").format(
                label, behind.number(len(inside), f"Randomized: {label}", inside)
            )
        )
    return head


# ------------------------------------------------------------------ baseline

MEASURES = {
    "age": ("Age, years", "{:.0f}"),
    "organs": ("Organs with tumor", "{:.0f}"),
    "sum_mm": ("Sum of diameters, mm", "{:.0f}"),
    "anti_egfr_free_months": ("Anti-EGFR-free interval, months", "{:.1f}"),
}
CLASSES = {
    "sex": ("Sex", {"M": "male", "F": "female"}),
    "ecog": ("ECOG performance status", {}),
    "liver_only": ("Tumor in the liver only", {"True": "yes", "False": "no"}),
}


def baseline_table(results: Mapping[str, Any], protocol: Protocol, behind: Behind) -> Table:
    """Who they were at randomization. No tests: differences at baseline are chance (CONSORT 2025
    item 23).
    """
    people = results["baseline"]
    rows: list[list[Cell]] = []
    for key in ("age", "sex", "ecog", "organs", "liver_only", "sum_mm", "anti_egfr_free_months"):
        if key in MEASURES:
            rows += _measure_rows(people, results["arms"], key, behind)
        else:
            title, spelled = CLASSES[key]
            values = {
                name: None if one[key] is None else str(one[key]) for name, one in people.items()
            }
            rows += _class_rows(values, title, spelled, results, behind)
    for position, stratum in enumerate(protocol.randomization.strata):
        values = {
            name: one["stratum"][position] if one["stratum"] else None
            for name, one in people.items()
        }
        rows += _class_rows(values, f"{stratum.label} (stratum as randomized)", {}, results, behind)
    return Table(
        _count_head(results, behind), rows, note="Median (lowest to highest), or number (percent)."
    )


def _measure_rows(
    people: Mapping[str, Any], arms: Arms, key: str, behind: Behind
) -> list[list[Cell]]:
    title, form = MEASURES[key]
    row, missing = [title], [f"{title}: not known"]
    for arm, label in _all(arms):
        inside = {n: one[key] for n, one in people.items() if arm in ("", one["arm"])}
        known = {n: float(value) for n, value in inside.items() if value is not None}
        said = {n: form.format(value) for n, value in known.items()}
        values = sorted(known.values())
        shown = (
            f"{form.format(median(values))} ({form.format(values[0])} to {form.format(values[-1])})"
            if values
            else NONE
        )
        row.append(behind.number(shown, f"{title}: {label}", said))
        lost = [n for n in inside if n not in known]
        missing.append(behind.number(len(lost), f"{title}: not known, {label}", lost))
    return [row] if missing[-1] == "0" else [row, ["  not known", *missing[1:]]]


def _class_rows(
    values: Mapping[str, str | None],
    title: str,
    spelled: Mapping[str, str],
    results: Mapping[str, Any],
    behind: Behind,
) -> list[list[Cell]]:
    people = subject_arms(results)
    rows: list[list[Cell]] = [[title]]
    for level in [
        *sorted({v for v in values.values() if v}),
        *([None] if None in values.values() else []),
    ]:
        name_of_level = "not known" if level is None else spelled.get(level, level)
        row: list[Cell] = [f"  {name_of_level}"]
        for arm, label in _all(results["arms"]):
            inside = [n for n in values if arm in ("", people[n])]
            has = [n for n in inside if values[n] == level]
            shown = f"{len(has)} ({percent(len(has) / len(inside), 0)})" if inside else "0"
            row.append(behind.number(shown, f"{title}, {name_of_level}: {label}", has))
        rows.append(row)
    return rows


# ------------------------------------------------------------------ proportions


def of_arm(found: Mapping[str, Any], arm: str, results: Mapping[str, Any]) -> dict[str, str]:
    """The subjects of one arm with what each contributed."""
    people = subject_arms(results)
    return {
        n: f"{'yes' if one['value'] else 'no'}: {one['why']}"
        for n, one in found["subjects"].items()
        if people.get(n) == arm
    }


def proportion_table(results: Mapping[str, Any], ids: Iterable[str], behind: Behind) -> Table:
    """n, events, share with its exact interval, by arm and endpoint."""
    rows: list[list[Cell]] = []
    known = list(ids)
    for one in known:
        found = results["endpoints"][one]
        if len(known) > 1:
            rows.append([found["label"]])
        for arm, about in results["arms"].items():
            share, inside = found["arms"][arm], of_arm(found, arm, results)
            counted = f"{found['label']}, counted: {about['label']}"
            reached = {n: why for n, why in inside.items() if found["subjects"][n]["value"]}
            rows.append(
                [
                    about["label"] if len(known) == 1 else "  " + about["label"],
                    behind.number(share["n"], counted, inside),
                    behind.number(
                        share["events"], f"{found['label']}, reached: {about['label']}", reached
                    ),
                    behind.number(percent(share["estimate"]), counted, inside),
                    share_span(share["interval"]),
                ]
            )
    return Table(
        ["", "n", "Reached", "Share", f"{confidence(results)} interval"],
        rows,
        note="Intervals by Clopper and Pearson (exact).",
        stack=True,
    )


def comparison_table(results: Mapping[str, Any], found: Mapping[str, Any], behind: Behind) -> Table:
    """The difference and its tests; the declared one first, every other labeled sensitivity or
    nominal.
    """
    everyone = {n: why for arm in results["arms"] for n, why in of_arm(found, arm, results).items()}
    differ = behind.number(
        points(found["difference"]), f"{found['label']}: everyone compared", everyone
    )
    rows: list[list[Cell]] = [
        ["Difference, experimental minus control, percentage points", differ],
        [f"{confidence(results)} interval (Miettinen-Nurminen)", points_span(found["interval"])],
    ]
    for name, p in sorted(
        found["tests"].items(), key=lambda test: test[0] != found["primary_test"]
    ):
        standing = _standing(name, found)
        rows.append(
            [Markup("{} <small>{}</small>").format(TESTS.get(name, name), standing), p_value(p)]
        )
    return Table(["", found["label"]], rows, note=found.get("note", ""))


def _standing(test: str, found: Mapping[str, Any]) -> str:
    if found["role"] != "primary":
        return "nominal"
    return "the primary test, two-sided" if test == found["primary_test"] else "sensitivity"


def sensitivity_table(
    results: Mapping[str, Any], found: Mapping[str, Any], behind: Behind
) -> Table:
    """The primary comparison under other assumptions, with the subjects whose value changes."""
    arms = list(results["arms"].items())
    head: list[Cell] = [
        "Sensitivity analysis",
        *(about["label"] for _, about in arms),
        f"Difference ({confidence(results)} interval)",
        "p, as the primary test",
        "Differs for",
    ]
    rows: list[list[Cell]] = []
    for name, one in found["sensitivity"].items():
        title, said = SENSITIVITY.get(name, (spoken(name), ""))
        counts = [
            _reached_cell(one, arm, about["label"], title, results, behind) for arm, about in arms
        ]
        bounds = (
            f"{points(one['difference'])} ({points_span(one['interval'])})"
            if one["interval"]
            else NONE
        )
        p = p_value(one["tests"].get(found["primary_test"])) if one["tests"] else NONE
        rows.append(
            [
                Markup("{}<br><small>{}</small>").format(title, said),
                *counts,
                bounds,
                p,
                _changed_cell(one, found, title, behind),
            ]
        )
    return Table(
        head, rows, note="Sensitivity only: none of these replaces the primary result.", stack=True
    )


def _reached_cell(
    one: Mapping[str, Any],
    arm: str,
    label: str,
    title: str,
    results: Mapping[str, Any],
    behind: Behind,
) -> Markup:
    people = subject_arms(results)
    inside = {n: "yes" if v else "no" for n, v in one["reached"].items() if people.get(n) == arm}
    share = one["arms"][arm]
    return behind.number(
        f"{share['events']}/{share['n']} ({percent(share['estimate'], 0)})",
        f"{title}: {label}",
        inside,
    )


def _changed_cell(
    one: Mapping[str, Any], found: Mapping[str, Any], title: str, behind: Behind
) -> Markup:
    """Who counts differently than in the primary analysis, or does not count here at all."""
    changed = {}
    for name, primary in found["subjects"].items():
        here = one["reached"].get(name)
        if here is None:
            changed[name] = "left out here"
        elif here != bool(primary["value"]):
            changed[name] = (
                f"{'reached' if here else 'not reached'} here; primary: {primary['why']}"
            )
    return behind.number(len(changed), f"{title}: who differs from the primary analysis", changed)


# ------------------------------------------------------------------ times


def time_table(results: Mapping[str, Any], ids: Iterable[str], behind: Behind) -> Table:
    """Events, medians and hazard ratio of every time-to-event endpoint under each rule set; all
    nominal.
    """
    arms = list(results["arms"].items())
    rows: list[list[Cell]] = []
    for one in ids:
        endpoint = results["endpoints"][one]
        for rules in (key for key in endpoint if key in RULES):
            found = endpoint[rules]
            name = f"{endpoint['label']}{', ' + RULES[rules] if RULES[rules] else ''}"
            cells = [
                _time_cell(found, arm, about["label"], name, results, behind) for arm, about in arms
            ]
            effect = (
                f"{ratio(found['hazard_ratio'])} ({span(found['interval'], ratio)})"
                if found["interval"]
                else "not estimable"
            )
            p = p_value(found["p_value"]) + (f", {found['test']}" if found["test"] else "")
            if found.get("note") == "descriptive":  # responders are no randomized groups
                effect, p = "not compared", NONE
            rows.append([name, *cells, effect, p])
    head: list[Cell] = [
        "",
        *(about["label"] for _, about in arms),
        f"Hazard ratio ({confidence(results)})",
        "p (nominal)",
    ]
    note = (
        f"Events / n, median in months ({confidence(results)} interval). Hazard ratio by Cox"
        " regression (Efron), experimental over control; under 1 favors the experimental arm."
    )
    return Table(head, rows, note=note, stack=True)


def time_notes(found: Mapping[str, Any], results: Mapping[str, Any], arm: str) -> dict[str, str]:
    """The subjects of one arm with their time and why it ends."""
    people = subject_arms(results)
    return {
        n: (
            f"{one['value']['days']} days, {'event' if one['value']['event'] else 'censored'}:"
            f" {one['why']}"
        )
        for n, one in found["subjects"].items()
        if people.get(n) == arm
    }


def _time_cell(
    found: Mapping[str, Any],
    arm: str,
    label: str,
    name: str,
    results: Mapping[str, Any],
    behind: Behind,
) -> Markup:
    counts = found["arms"][arm]
    shown = (
        f"{counts['events']} / {counts['n']}, {median_words(found['medians'][arm], counts['n'])}"
    )
    return behind.number(shown, f"{name}: {label}", time_notes(found, results, arm))


# ------------------------------------------------------------------ safety


def adverse_event_table(found: Mapping[str, Any], arms: Arms, behind: Behind) -> Table:
    """How many had each term, by worst grade and treatment received; the most frequent first."""
    head: list[Cell] = ["Term"]
    over: list[tuple[Cell, int]] = [("", 1)]
    for arm, about in arms.items():
        over.append((f"{about['label']} (n = {found['n'][arm]}), by worst grade", 6))
        head += ["any", *"12345"]
    terms = sorted(
        found["terms"].items(),
        key=lambda item: (-sum(one["any"] for one in item[1].values()), item[0]),
    )
    rows = [[term, *_term_cells(term, by_arm, found, arms, behind)] for term, by_arm in terms]
    rows.append(_serious_row(found, arms, behind))
    return Table(head, rows, note="Each participant once per term, at the worst grade.", over=over)


def _term_cells(
    term: str, by_arm: Mapping[str, Any], found: Mapping[str, Any], arms: Arms, behind: Behind
) -> list[Cell]:
    cells: list[Cell] = []
    for arm, about in arms.items():
        one, n = by_arm[arm], found["n"][arm]
        graded = {name: f"worst grade {its['value']}" for name, its in one["subjects"].items()}
        shown = f"{one['any']} ({percent(one['any'] / n, 0)})" if n else "0"
        cells.append(behind.number(shown, f"{term}: {about['label']}", graded))
        for grade in range(1, 6):
            names = [name for name, its in one["subjects"].items() if its["value"] == grade]
            title = f"{term}, grade {grade}: {about['label']}"
            cells.append(behind.number(one["by_grade"][str(grade)], title, names) if names else "·")
    return cells


def _serious_row(found: Mapping[str, Any], arms: Arms, behind: Behind) -> list[Cell]:
    row: list[Cell] = ["Any serious event"]
    for arm, about in arms.items():
        names, n = found["serious"][arm], found["n"][arm]
        shown = f"{len(names)} ({percent(len(names) / n, 0)})" if n else "0"
        row += [behind.number(shown, f"Serious adverse event: {about['label']}", names), *[""] * 5]
    return row


# ------------------------------------------------------------------ conduct


def eligibility_table(results: Mapping[str, Any], short: Mapping[str, str]) -> Table | None:
    """Whose eligibility was not proven then, or is not proven now; None when there is nobody."""

    def named(ids: Sequence[str]) -> str:
        return listed([f"{one} ({short.get(one, '')})" for one in ids]) if ids else "all met"

    rows: list[list[Cell]] = [
        [subject_link(name), named(one["then"]), named(one["now"])]
        for name, one in results["eligibility"].items()
        if one["then"] or one["now"]
    ]
    head = ["Participant", "Not met or unknown at randomization", "Not met as known now"]
    return Table(head, rows, words=True) if rows else None


def strata_table(results: Mapping[str, Any]) -> Table | None:
    """Whose stratum as randomized is not what the records say; None when there is nobody."""
    rows: list[list[Cell]] = [
        [subject_link(name), " / ".join(one["as_randomized"]), " / ".join(one["actual"])]
        for name, one in results["strata"].items()
        if one["differs"]
    ]
    return (
        Table(
            ["Participant", "As randomized (used in the analysis)", "As recorded now"],
            rows,
            words=True,
        )
        if rows
        else None
    )


def disagreement_table(results: Mapping[str, Any]) -> Table | None:
    """Where the reader and the lesions do not say the same."""
    rows: list[list[Cell]] = [
        [
            subject_link(one["subject"]),
            str(one["day"]),
            one["read"],
            one["derived"],
            source_links(one["source"]),
        ]
        for one in results["disagreements"]
    ]
    return (
        Table(["Participant", "Day", "As read", "From the lesions", "Entries"], rows)
        if rows
        else None
    )
