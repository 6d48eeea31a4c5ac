"""What does a form ask? Its groups and questions in plain text, each with what may be answered."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from equipoise.protocol.form_records import Place
from equipoise.protocol.forms import Form, FormField, FormGroup, PlausibleRange

COLUMNS = 100
LABEL = 34
"""Columns of a question; what may be answered stands beside it."""
SEX = {"F": ", of women", "M": ", of men", None: ""}
KINDS = {
    "text": "text",
    "decimal": "a number",
    "integer": "a whole number",
    "date": "a date, perhaps in part",
    "day": "a complete date",
}


def form_lines(form: Form) -> Iterator[str]:
    """A form as paragraphs: its title, the header that holds for all rows, and each group."""
    yield ""
    yield f"  {form.title} ({form.id}){SEX[form.sex]}"
    for field in form.header:
        yield from _question(field, Place(field, form.groups[0]), header=True)
    for group in form.groups:
        yield f"    {_group(group)}"
        for field in group.fields:
            yield from _question(field, Place(field, group))
        if group.plausible:
            ranges = "; ".join(map(_range, group.plausible))
            yield from _beside("Asked about outside of", ranges)


def _range(check: PlausibleRange) -> str:
    what = " ".join(check.when.values()) or check.field
    return f"{what} {check.low} to {check.high} {check.unit or ''}".rstrip()


def _group(group: FormGroup) -> str:
    label = group.label or group.id.replace("_", " ")
    rows = "rows" if group.repeats else "one row"
    fixed = "".join(f", {name} {value}" for name, value in group.constants.items())
    return f"{label}: {rows} of {group.domain}{fixed}"


def _question(field: FormField, place: Place, *, header: bool = False) -> Iterator[str]:
    variable = (field.variable or "") if header else place.variable
    kept = f"SDTM {variable}" if variable else "in the ledger only"
    needed = "required" if field.required else ""
    words = "; ".join(filter(None, (answers(field), needed, kept)))
    yield from _beside(field.label, words + (f" ({field.hint})" if field.hint else ""))


def _beside(label: str, words: str) -> Iterator[str]:
    """A label and the words beside it, hanging; a long label has a line of its own."""
    lead = f"      {label:<{LABEL - 2}}  "
    if len(label) > LABEL - 2:
        yield f"      {label}"
        lead = " " * (LABEL + 6)
    yield from wrap(
        words,
        COLUMNS,
        initial_indent=lead,
        subsequent_indent=" " * (LABEL + 6),
        break_on_hyphens=False,
    )


def answers(field: FormField) -> str:
    """What may be answered: the kind of value with its range, the codes or units, and accepted
    reasons for a missing value.
    """
    match field.type:
        case "code":
            kind = f"one of {', '.join(field.codes)}"
        case "unit":
            kind = f"a unit: {', '.join(field.codes)}"
        case _:
            kind = KINDS[field.type]
    bounds = [
        f"{word} {bound}"
        for word, bound in (("from", field.min), ("to", field.max))
        if bound is not None
    ]
    missing = f", or missing: {', '.join(field.missing)}" if field.missing else ""
    return " ".join([kind, *bounds]) + missing
