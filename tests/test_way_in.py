"""`import equipoise` costs nothing; what is asked for is imported then."""

import json
import subprocess
import sys

import pytest

import equipoise

HEAVY = ("numba", "numpy", "polars", "pydantic", "ruamel.yaml", "scipy", "typer", "jinja2")


def modules_after(code: str) -> set[str]:
    """The modules that a fresh process has loaded after the code."""
    shown = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    return set(json.loads(told.stdout))


def test_importing_the_package_imports_nothing_of_it():
    loaded = modules_after("import equipoise")

    assert {name for name in loaded if name.startswith("equipoise")} == {"equipoise"}
    assert loaded.isdisjoint(HEAVY)


def test_a_protocol_and_a_verdict_need_no_numbers_and_no_tables():
    loaded = modules_after("import equipoise; equipoise.load_protocol; equipoise.screen")

    assert loaded >= {"equipoise.protocol.yaml_file", "equipoise.eligibility"}
    assert loaded.isdisjoint({"numba", "scipy", "polars", "typer", "jinja2"})


def test_a_server_begins_without_what_only_an_analysis_needs(tmp_path):
    begin = f"from equipoise.web.start import prepare; prepare(Path({str(tmp_path)!r}))"
    every_page = "from django.urls import get_resolver; get_resolver().url_patterns"
    loaded = modules_after(f"from pathlib import Path; {begin}; {every_page}")

    assert "equipoise.web.views.record" in loaded
    assert loaded.isdisjoint({"numba", "scipy", "polars", "typer"})


@pytest.mark.parametrize("name", equipoise.__all__)
def test_every_name_leads_to_what_it_says(name):
    assert getattr(equipoise, name).__name__ == name
    assert name in dir(equipoise)


def test_other_names_are_refused_as_python_does():
    with pytest.raises(AttributeError, match="module 'equipoise' has no attribute 'loud'"):
        equipoise.loud  # noqa: B018 the question is the test
