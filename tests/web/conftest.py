"""One server for all tests of a process; each test has a trial of its own on it."""

import shutil
import tempfile
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data():
    """A prepared folder; its name is short, for the sockets in it."""
    from equipoise.web.start import prepare

    folder = Path(tempfile.mkdtemp(prefix="eq-"))
    prepare(folder)
    from django.conf import settings
    from django.template import engines
    from django.test.utils import setup_test_environment

    engines["django"].engine.string_if_invalid = "NOT GIVEN: %s"  # what a page asks for is there
    setup_test_environment()
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def unit(data):
    """A trial at work, at two sites, with nobody in it."""
    from django.core.cache import cache

    from trial_unit import Unit

    cache.clear()  # codes of a second factor that were used
    made = Unit(data)
    yield made
    made.close()
