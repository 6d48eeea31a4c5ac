"""The published rules, case by case, and the runner that holds any program to them."""

import json
import sys

import pytest

from equipoise.conformance.answers import TOPICS, answer
from equipoise.conformance.other_program import against
from equipoise.conformance.runner import CASES, read_topics, run

OURS = (
    "time_point",
    "split_and_merged",
    "best_response",
    "confirmed_response",
    "censoring",
    "ras",
    "eligibility",
)


def published():
    for topic, cases in read_topics(CASES):
        if topic in OURS:
            yield from (pytest.param(topic, case, id=f"{topic}:{case['id']}") for case in cases)


@pytest.mark.parametrize(("topic", "case"), list(published()))
def test_published_case(topic, case):
    got = answer(topic, case["inputs"])

    assert {key: got[key] for key in case["expected"]} == case["expected"], case["why"]


def test_every_topic_here_has_cases_with_their_own_names():
    topics = dict(read_topics(CASES))

    assert set(OURS) <= set(topics)
    assert sum(len(topics[topic]) for topic in OURS) >= 130
    for cases in topics.values():
        assert len({case["id"] for case in cases}) == len(cases)
        assert all(case["clause"] and case["why"] and case["expected"] for case in cases)


@pytest.mark.parametrize("number", [*range(1, 14)])
def test_every_ambiguity_has_both_positions(number):
    switches = {
        frozenset(case["inputs"]["policy"].items())
        for topic, cases in read_topics(CASES)
        if topic in ("time_point", "split_and_merged")
        for case in cases
        if case["id"].startswith((f"ambiguity-{number}-", "bounds-" if number == 8 else "none"))
    }
    assert len(switches) >= 2


def test_a_wrong_answer_is_reported_with_the_reason(tmp_path):
    case = {
        "id": "a",
        "clause": "4.4.3",
        "inputs": {},
        "expected": {"best": "CR"},
        "why": "because",
    }
    (tmp_path / "x.json").write_text(
        json.dumps({"topic": "t", "cases": [case, {**case, "id": "b"}]})
    )
    answers = iter([{"best": "PR"}, {"best": "CR", "more": 1}])

    result = run(tmp_path, lambda topic, inputs: next(answers))

    assert (result.passed["t"], result.total["t"]) == (1, 2)
    assert [(f.case, f.expected, f.got, f.why) for f in result.failures] == [
        ("a", {"best": "CR"}, {"best": "PR"}, "because")
    ]


def test_an_answer_without_the_member_fails(tmp_path):
    case = {
        "id": "a",
        "clause": "4.4.3",
        "inputs": {},
        "expected": {"pd_day": None},
        "why": "because",
    }
    (tmp_path / "x.json").write_text(json.dumps({"topic": "t", "cases": [case]}))

    assert len(run(tmp_path, lambda topic, inputs: {}).failures) == 1


def test_named_values_are_written_out_with_their_changes(tmp_path):
    case = {
        "id": "a",
        "clause": "c",
        "inputs": {"policy": "p", "policy_changes": {"x": 2}},
        "expected": {},
        "why": "w",
    }
    content = {"topic": "t", "shared": {"policy": {"p": {"x": 1, "y": 1}}}, "cases": [case]}
    (tmp_path / "x.json").write_text(json.dumps(content))

    assert [cases[0]["inputs"] for _, cases in read_topics(tmp_path)] == [
        {"policy": {"x": 2, "y": 1}}
    ]


def test_another_program_is_asked_line_by_line(tmp_path):
    program = tmp_path / "other.py"
    program.write_text(
        "import json, sys\nfor line in sys.stdin:\n    asked = json.loads(line)\n   "
        " print(json.dumps({'days': asked['inputs']['cutoff'], 'topic': asked['topic']}),"
        " flush=True)\n"
    )
    with against(f"{sys.executable} {program}") as other:
        assert other("censoring", {"cutoff": 5}) == {"days": 5, "topic": "censoring"}
        assert other("censoring", {"cutoff": 6})["days"] == 6


@pytest.mark.parametrize("says", ["", "print('no json', flush=True)", "print('[1]', flush=True)"])
def test_a_program_that_does_not_keep_to_the_protocol_is_named(tmp_path, says):
    program = tmp_path / "bad.py"
    program.write_text(says + "\n")

    with (
        against(f"{sys.executable} {program}") as other,
        pytest.raises(RuntimeError, match=r"bad\.py.*one JSON object per line"),
    ):
        other("censoring", {})


def test_an_unknown_topic_says_which_are_known():
    with pytest.raises(ValueError, match="'tea' has no answer.*" + next(iter(TOPICS))):
        answer("tea", {})
