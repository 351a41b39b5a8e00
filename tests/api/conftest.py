# SPDX-License-Identifier: GPL-3.0-or-later
"""One demo service for each file; tests that change its settings start their own."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))

from service import Service  # noqa: E402


@pytest.fixture(scope="module")
def service():
    with Service(demo=True) as running:
        yield running


@pytest.fixture
def start_service():
    """Starts services of the test's own, without any data unless demo=True; the arguments of Service."""
    started = []

    def start(demo=False, **kwargs):
        started.append(Service(demo=demo, **kwargs))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture(scope="module")
def planner(service):
    return service.log_in("planner")


@pytest.fixture(scope="module")
def agent(service):
    return service.log_in("agent")


@pytest.fixture(scope="module")
def manager(service):
    return service.log_in("manager")


@pytest.fixture(scope="module")
def hr(service):
    return service.log_in("hr")


@pytest.fixture(scope="module")
def admin(service):
    return service.log_in("admin")
