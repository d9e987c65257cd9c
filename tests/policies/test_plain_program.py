"""The packs over a program that is not ours: it uses hcloud, Kubernetes and Helm directly."""

import asyncio
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import recording
from tests.policies.registrations import Registrations, taken
from tests.policies.wire import RunningPack, running
from tests.recording import Monitor, Recording

PROGRAM = Path(__file__).parent / "plain"
FAULTS = {
    "open-ssh": {"world-open-ports"},
    "loopback": {"api-server-address"},
    "clear": {"wireguard-on"},
    "retired-type": {"server-type-retired"},
    "no-network": {"server-attached", "api-server-address"},
    "newest-k3s": {"k3s-installer-pinned"},
    "floating-chart": {"versions-pinned"},
    "floating-image": {"images-pinned"},
    "open-namespace": {"default-deny"},
    "no-owner": {"managed-by-label"},
}
"""What is done wrong -> which rules of both packs must say so."""


@pytest.fixture(scope="module")
def packs() -> Iterator[list[RunningPack]]:
    """Both packs, started once."""
    with running("network") as network, running("encryption") as encryption:
        yield [network, encryption]


def registered(*faults: str, preview: bool = False) -> Registrations:
    """What the program registers with these faults."""
    monitor = Monitor(Recording(), None, preview)
    config = {"plain:faults": " ".join(faults)}

    def program() -> None:
        runpy.run_path(str(PROGRAM), run_name="__main__")

    return taken(asyncio.run(recording.session(program, monitor, config)), {})


def reported(packs: list[RunningPack], stack: Registrations) -> set[str]:
    return {each.policy for pack in packs for each in pack.judge(stack).findings}


@pytest.mark.parametrize("preview", [False, True])
def test_a_careful_program_has_no_findings(packs: list[RunningPack], preview: bool) -> None:
    """No rule misses our components, and rules were evaluated."""
    stack = registered(preview=preview)
    assert not [each for each in stack.values() if each.type.startswith("sovereign:")]

    verdicts = [pack.judge(stack) for pack in packs]

    assert [verdict.findings for verdict in verdicts] == [(), ()]
    assert [len(verdict.evaluated) > 2 for verdict in verdicts] == [True, True]


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_done_wrong_is_found(packs: list[RunningPack], fault: str, preview: bool) -> None:
    """By the rules of its kind and no other, before anything exists and after."""
    assert reported(packs, registered(fault, preview=preview)) == FAULTS[fault]
