"""The recording itself: what it must refuse and keep, so that the other tests can fail."""

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_hcloud as hcloud
import pytest

from tests.recording import UNKNOWN, Monitor, Recording, Secret, session


def recorded(program: Callable[[], None], preview: bool = False) -> Recording:
    return asyncio.run(session(program, Monitor(Recording(), None, preview), {}))


def group(logical_name: str, **inputs: Any) -> hcloud.PlacementGroup:
    return hcloud.PlacementGroup(logical_name, type="spread", **inputs)


def test_two_resources_of_one_urn_are_refused() -> None:
    """Pulumi's mocks let them pass."""

    def twice() -> None:
        group("a")
        group("a")

    with pytest.raises(AssertionError, match=r"duplicate URN: .*placementGroup:PlacementGroup::a"):
        recorded(twice)


def test_a_secret_is_kept_as_one_and_never_as_its_value() -> None:
    """In the inputs, and in what is exported."""

    def program() -> None:
        found = group("a", name=pulumi.Output.secret("hidden"), labels={"plain": "text"})
        pulumi.export("name", found.name)

    recording = recorded(program)
    assert recording.one("hcloud:index/placementGroup:PlacementGroup").inputs == {
        "type": "spread",
        "name": Secret("hidden"),
        "labels": {"plain": "text"},
    }
    assert recording.outputs == {"name": Secret("hidden")}


def test_a_failure_inside_apply_ends_the_run() -> None:
    """False green otherwise: nobody awaits it."""

    def fail(_: str) -> str:
        raise pulumi.RunError("inside")

    with pytest.raises(pulumi.RunError, match="inside"):
        recorded(lambda: pulumi.export("x", group("a").id.apply(fail)))


def test_ids_are_unknown_in_a_preview_and_numbers_afterwards() -> None:
    """As the provider has them."""

    def program() -> None:
        pulumi.export("id", group("a").id)

    assert recorded(program, preview=True).outputs == {"id": UNKNOWN}
    assert recorded(program).outputs["id"].isdecimal()


def test_options_are_read_from_the_raw_request() -> None:
    """Mocks hide them (pulumi#14421)."""

    def program() -> None:
        first = group("a")
        options = pulumi.ResourceOptions(protect=True, depends_on=[first], deleted_with=first)
        group("b", opts=options)

    found = recorded(program).one("hcloud:index/placementGroup:PlacementGroup", "b")
    assert found.request.protect
    assert found.dependencies == {"PlacementGroup a"}
    assert found.deleted_with == "PlacementGroup a"
    assert found.replacement_trigger is None
