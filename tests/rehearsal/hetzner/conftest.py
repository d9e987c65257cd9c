"""An empty simulated project for each test."""

import pytest

from rehearsal.hetzner import HetznerSimulator, HetznerState
from tests.rehearsal.hetzner.api import Api, Clock


@pytest.fixture
def clock() -> Clock:
    """The clock of `simulator`."""
    return Clock()


@pytest.fixture
def simulator(clock: Clock) -> HetznerSimulator:
    """A project without anything in it, where every action is over at once."""
    return HetznerSimulator(HetznerState(), clock=clock)


@pytest.fixture
def api(simulator: HetznerSimulator) -> Api:
    """A caller of `simulator`."""
    return Api(simulator)
