"""How does a published case read as a row of a table? A function for each topic, no rule in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from equipoise.endpoints.catalogue import RULE_SETS
from equipoise.endpoints.censoring import spelled
from equipoise.protocol.criteria import AnyRule

Case = Mapping[str, Any]
BREAK = "<br>"
NEVER = -1
USUAL_RULES = "FDA_2018_A"
_RULES: TypeAdapter[Any] = TypeAdapter(AnyRule)


def arrow(words: list[str]) -> str:
    """What was seen from one visit to the next."""
    return " → ".join(words)


def lower(word: str) -> str:
    """The words of a state as in a sentence; responses keep their capitals."""
    named = {"GONE": "gone", "TOO SMALL": "too small", "NOT EVALUATED": "not evaluated"}
    named |= {"UNEQUIVOCAL": "unequivocal", "EQUIVOCAL": "equivocal", "NONE": "none"}
    return named.get(word, word)


def usual_policy(cases: list[Case]) -> Mapping[str, Any]:
    """The policy that most cases share; the others show where they differ."""
    counted = Counter(repr(case["inputs"].get("policy")) for case in cases)
    usual = counted.most_common(1)[0][0]
    policies = (case["inputs"].get("policy") for case in cases)
    return next((p for p in policies if p is not None and repr(p) == usual), {})


def switches(case: Case, usual: Mapping[str, Any]) -> Iterator[str]:
    """The members of the policy that differ from the one that the page states."""
    for name, value in case["inputs"]["policy"].items():
        if value != usual[name]:
            shown = f"{len(value)} codons" if name == "panel" else str(value)
            yield f"`{name}` {shown.lower() if isinstance(value, bool) else shown}"


def length(word: str) -> str:
    """A length without the decimal that says nothing."""
    return lower(word.removesuffix(".0"))


def steady(words: list[str]) -> str:
    """What was seen from visit to visit, or once if it never changed."""
    return f"{words[0]} throughout" if len(set(words)) == 1 else arrow(words)


def plain(text: str) -> str:
    """Text that markdown leaves alone."""
    return text.replace("*", "\\*").replace("|", "/").replace("<", "&lt;").replace("\n", " ")


# ------------------------------------------------------------------ RECIST


def time_point(case: Case, usual: Mapping[str, Any]) -> tuple[str, str]:
    """What each visit showed, baseline first, and the responses after it."""
    inputs, expected = case["inputs"], case["expected"]
    seen = [*_targets(inputs), *_other_disease(inputs["visits"]), *_days(case)]
    return BREAK.join([*seen, *switches(case, usual)]), BREAK.join(_answers(expected))


def _targets(inputs: Mapping[str, Any]) -> Iterator[str]:
    for lesion, target in enumerate(inputs["targets"]):
        lengths = [length(visit["targets"][lesion]) for visit in inputs["visits"]]
        what = "node" if target["node"] else "target"
        number = f" {lesion + 1}" if len(inputs["targets"]) > 1 else ""
        yield f"{what}{number}: {arrow(lengths)}"


def _other_disease(visits: list[Mapping[str, Any]]) -> Iterator[str]:
    for name, label in (("nontarget", "non-target"), ("new", "new lesion")):
        states = [visit[name] for visit in visits]
        if set(states) != {"NONE"}:
            yield f"{label}: {steady([lower(state) for state in states])}"


def _days(case: Case) -> Iterator[str]:
    """Days only where the answer asks for them: usually visits are 8 weeks apart."""
    inputs, visits = case["inputs"], case["inputs"]["visits"]
    therapy = inputs.get("assessable_until", NEVER)
    dated = any("last_day" in visit or "new_day" in visit for visit in visits)
    if dated or therapy != NEVER or "pd_day" in case["expected"]:
        yield f"days: {arrow([_span(visit) for visit in visits])}"
    if therapy != NEVER:
        yield f"assessable until day {therapy}"


def _span(visit: Mapping[str, Any]) -> str:
    last, new = visit.get("last_day", visit["day"]), visit.get("new_day", visit["day"])
    days = f"{visit['day']} to {last}" if last != visit["day"] else f"{visit['day']}"
    shown = new != visit["day"] and visit["new"] != "NONE"
    return f"{days} (new lesion {new})" if shown else days


def _answers(expected: Mapping[str, Any]) -> Iterator[str]:
    if "response" in expected:
        yield f"**{arrow(expected['response'])}**"
    if "sum_mm" in expected:
        sums = [length(total or "incomplete") for total in expected["sum_mm"]]
        yield f"sum {arrow(sums)}"
    if "decided_by" in expected:
        yield f"decided by visit {arrow([str(visit) for visit in expected['decided_by']])}"
    if "pd_day" in expected:
        days = ["none" if day is None else str(day) for day in expected["pd_day"]]
        yield f"progression dated {arrow(days)}"


def split_and_merged(case: Case, usual: Mapping[str, Any]) -> tuple[str, str]:
    """The parts of one target, and the length it counts with."""
    inputs = case["inputs"]
    parts = " and ".join(length(part) for part in inputs["parts"])
    seen = BREAK.join([f"{inputs['how'].lower()}: {parts}", *switches(case, usual)])
    return seen, f"**{length(case['expected']['mm'])}**"


# ------------------------------------------------------------------ best response


def best_response(case: Case, usual: Mapping[str, Any]) -> tuple[str, str]:
    """The responses by day, and the best one with the scan that decided it."""
    inputs, expected = case["inputs"], case["expected"]
    scans = [_scan(scan) for scan in inputs["scans"]]
    seen = [arrow(scans) or "no scan"]
    if inputs.get("new_therapy", NEVER) != NEVER:
        seen.append(f"new therapy on day {inputs['new_therapy']}")
    return BREAK.join([*seen, *switches(case, usual)]), _best(inputs["scans"], expected)


def _scan(scan: Mapping[str, Any]) -> str:
    dated = scan.get("pd_day", NEVER)
    back = f" (dated {dated})" if dated not in (NEVER, scan["day"]) else ""
    return f"{scan['day']} {scan['response']}{back}"


def _best(scans: list[Mapping[str, Any]], expected: Mapping[str, Any]) -> str:
    at = expected.get("scan", NEVER)
    day = f", day {scans[at]['day']}" if at != NEVER else ""
    reached = "response" if expected["objective_response"] else "no response"
    controlled = "control" if expected["disease_control"] else "no control"
    return f"**{expected['best']}**{day}{BREAK}{controlled}, {reached}"


# ------------------------------------------------------------------ censoring


def censoring(case: Case, _usual: Mapping[str, Any]) -> tuple[str, str]:
    """Everything that happened in order of days, and where the time ends."""
    inputs, expected = case["inputs"], case["expected"]
    seen = [
        inputs["endpoint"] + _by_rules(inputs),
        arrow(_events(inputs)) or "no scan",
        f"cutoff {inputs['cutoff']}",
    ]
    if not inputs.get("baseline_scan", True):
        seen.insert(1, "no scan at baseline")
    if expected["days"] is None:
        return BREAK.join(seen), "**not defined**"
    ends = "event" if expected["event"] else "censored"
    unit = "day" if expected["days"] == 1 else "days"
    source = expected.get("source", "").replace("_", " ")
    return BREAK.join(seen), f"**{expected['days']} {unit}, {ends}**{BREAK}{source}"


def _by_rules(inputs: Mapping[str, Any]) -> str:
    """The rule set by name, or how declared switches differ from one."""
    rules = inputs["rules"]
    if inputs["endpoint"] == "OS":
        return ""
    if isinstance(rules, str):
        return f", {rules}"
    named = spelled(RULE_SETS[USUAL_RULES].rules)
    turned = [f"`{name}` {word}" for name, word in rules.items() if word != named[name]]
    return f", {USUAL_RULES} but {', '.join(turned)}"


def _events(inputs: Mapping[str, Any]) -> list[str]:
    happened = [(scan["day"], _scan(scan)) for scan in inputs["scans"]]
    names = ("first_response", "new_therapy", "clinical_progression", "last_known_alive", "death")
    happened += [
        (inputs[name], f"{inputs[name]} {name.replace('_', ' ')}")
        for name in names
        if inputs.get(name, NEVER) != NEVER
    ]
    return [words for _, words in sorted(happened, key=lambda event: event[0])]


# ------------------------------------------------------------------ RAS in plasma


def ras(case: Case, usual: Mapping[str, Any]) -> tuple[str, str]:
    """What the laboratory reported beyond a clean sample, and the state that this comes to."""
    inputs, expected = case["inputs"], case["expected"]
    seen = [*_sample(inputs["sample"], inputs["policy"]), *switches(case, usual)]
    reason = f", {expected['reason'].replace('_', ' ')}" if expected["reason"] else ""
    verdict = expected["verdict"].replace("_", " ")
    return BREAK.join(seen), f"**{expected['state']}**{BREAK}{verdict}{reason}"


def _sample(sample: Mapping[str, Any], policy: Mapping[str, Any]) -> Iterator[str]:
    if not sample["qc_passed"]:
        yield "quality control failed"
    fraction = sample["tumor_fraction"]
    yield f"tumor fraction {_percent(fraction)}" if fraction else "tumor fraction not reported"
    if sample["other_somatic_signal"]:
        yield "another somatic change"
    yield from _codons(sample["codons"], policy)


def _codons(codons: list[Mapping[str, Any]], policy: Mapping[str, Any]) -> Iterator[str]:
    clean = 0
    for codon in codons:
        words = [*_faults(codon, policy)]
        clean += not words
        if words:
            yield f"{codon['gene']} {codon['codon']}: {', '.join(words)}"
    reported = {(codon["gene"], codon["codon"]) for codon in codons}
    absent = [f"{gene} {codon}" for gene, codon in policy["panel"] if (gene, codon) not in reported]
    if clean:
        yield f"{clean} codons read, nothing found" if clean > 1 else "1 codon read, nothing found"
    if absent:
        yield f"not in the report: {', '.join(absent)}"


def _faults(codon: Mapping[str, Any], policy: Mapping[str, Any]) -> Iterator[str]:
    if not codon["covered"]:
        yield "not covered"
    limit = codon["limit_of_detection"]
    if codon["covered"] and limit is None:
        yield "no limit of detection"
    elif limit is not None and float(limit) > float(policy["limit_of_detection_required"]):
        yield f"limit of detection {_percent(limit)}"
    if codon["variant"]:
        found = codon["allele_fraction"]
        yield f"{codon['variant']} {'at ' + _percent(found) if found else 'without a fraction'}"


def _percent(fraction: str) -> str:
    return f"{100 * float(fraction):g} %"


# ------------------------------------------------------------------ criteria


def eligibility(case: Case, names: Mapping[str, str]) -> tuple[str, str]:
    """The rule in words, what is recorded, and the answer."""
    inputs, expected = case["inputs"], case["expected"]
    asked = f"*{names.get(case['id']) or rule_words(inputs['rule'])}* on {inputs['index']}"
    rows = [
        words
        for domain, records in inputs.get("records", {}).items()
        for words in (_samples(records) if domain == "GF" else [_row(domain, r) for r in records])
    ]
    rows += [
        f"{'yes' if row['answer'] else 'no'}, {row['by']}, {row['date']}"
        for row in inputs.get("attestations", ())
    ]
    reason = f"{BREAK}{expected['reason'].replace('_', ' ')}" if expected["reason"] else ""
    answer = f"**{expected['verdict'].replace('_', ' ')}**{reason}"
    return BREAK.join([asked, *_counted(rows or ["nothing recorded"])]), answer


def conduct(case: Case, states: Mapping[str, Any]) -> tuple[str, str]:
    """The state, what happened since, the command, and the answer."""
    inputs, expected = case["inputs"], case["expected"]
    state = next(name for name, told in states.items() if told == inputs["before"])
    rows = [f"*{state}*", *(_step(step) for step in inputs["then"])]
    asked = f"**{_step(inputs['command'])}**"
    left = [
        f"{name}: {value}" if not isinstance(value, bool) else f"{'' if value else 'no '}{word}"
        for name, value in expected.items()
        if name != "answer"
        for word in [{"asks": "query", "contradicts": "contradiction"}.get(name, name)]
    ]
    answer = BREAK.join([f"**{expected['answer']}**", *left])
    return BREAK.join([*rows, asked]), answer


def _step(step: Mapping[str, Any]) -> str:
    """Who records what."""
    who = step.get("actor") or (
        f"{step['role']} {step['site']}" if "site" in step else step["role"]
    )
    said = {name: value for name, value in step["payload"].items() if value not in ("", [], None)}
    told = ", ".join(f"{name} {_said(value)}" for name, value in said.items())
    about = f" of {step['subject']}" if "subject" in step else ""
    return plain(f"{step['at'][:10]} {who}: {step['type']}{about} ({told})")


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return value["entry"] if value.keys() == {"entry"} else " ".join(map(_said, value.values()))
    if isinstance(value, list):
        return " ".join(map(_said, value))
    return str(value)


def rule_words(rule: Mapping[str, Any]) -> str:
    """A rule as a sentence."""
    return plain(_RULES.validate_python(rule).words())


def _samples(rows: list[Mapping[str, str]]) -> list[str]:
    """One line for each report or sample: what all its rows share stands once."""
    samples: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        key = row.get("GFSPEC", "").lower(), row.get("GFREFID", ""), row.get("GFDTC", "")
        samples.setdefault(key, []).append(_finding(row))
    return [
        plain(
            f"{specimen} {number or 'without a number'} of {day or 'no date'}: {'; '.join(found)}"
        )
        if specimen == "plasma"
        else plain(f"{specimen} of {day or 'no date'}: {'; '.join(found)}")
        for (specimen, number, day), found in samples.items()
    ]


def _finding(row: Mapping[str, str]) -> str:
    test, found = row.get("GFTESTCD", ""), row.get("GFORRES", "")
    status = f" {row['GFSTAT']}" if row.get("GFSTAT") else ""
    if test.strip().upper() != "CODON":
        return f"{test or '(no test)'} {found}{status}"
    words = [row.get("GFGENSR", ""), row.get("GFCODON", ""), found.lower() + status]
    words += [
        f"{name} {row[v]}" for name, v in (("variant", "GFPVRID"), ("at", "GFVAF")) if v in row
    ]
    return " ".join([*words, f"(limit {row.get('GFLOD') or 'empty'})"])


def _counted(rows: list[str]) -> list[str]:
    """Rows that read alike stand once, with how often."""
    return [f"{row} (x {n})" if n > 1 else row for row, n in Counter(rows).items()]


def _row(domain: str, row: Mapping[str, str]) -> str:
    """The variables of one record as words; their names where the value alone says nothing."""
    spoken = ("TESTCD", "ORRES", "ORRESU", "DECOD", "TERM", "CAT", "TRT", "CLAS", "LNKID", "LOC")
    parts = [domain]
    for variable, value in row.items():
        name = variable.removeprefix(domain)
        if value == "PRIOR ANTICANCER THERAPY":
            continue
        if name.endswith("DTC"):
            parts.append(_dated(name, value))
        elif name in (*spoken, "GENSR", "SPEC", "SEX"):
            parts.append(value or f"({name.lower()} empty)")
        else:
            spelled = {"CMLINE": "line", "CMOUTCOME": "ended by"}.get(variable, variable)
            parts.append(f"{spelled} {value or 'empty'}")
    return plain(" ".join(parts))


def _dated(name: str, value: str) -> str:
    what = {"DTC": "on", "STDTC": "from", "ENDTC": "until", "PDDTC": "progressed"}
    return f"{what.get(name, 'born')} {value}" if value else "without a date"
