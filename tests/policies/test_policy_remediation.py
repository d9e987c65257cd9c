"""The one remediation: labels that say who made a resource, where they are missing."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from tests.policies.registrations import UNKNOWN, Registration, dev
from tests.policies.wire import RunningPack, running

SERVER = "hcloud:index/server:Server"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
REMEDIATE = {"managed-by-label": {"enforcementLevel": "remediate"}}


@pytest.fixture(scope="module")
def started() -> Iterator[RunningPack]:
    """The pack, started once."""
    with running("network") as network:
        yield network


@pytest.fixture
def network(started: RunningPack) -> RunningPack:
    """The pack, asked to remediate."""
    started.configure(REMEDIATE)
    return started


def test_nothing_is_changed_unless_that_is_configured(started: RunningPack) -> None:
    """By default the rule advises."""
    started.configure({})

    assert started.remediate(Registration(SERVER, "a", {"name": "a"})) == ([], {"name": "a"})


@pytest.mark.parametrize(
    ("labels", "then"),
    [
        (None, {"managed-by": "pulumi"}),
        ({}, {"managed-by": "pulumi"}),
        ({"team": "a"}, {"team": "a", "managed-by": "pulumi"}),
    ],
)
def test_a_missing_label_is_added(
    network: RunningPack, labels: dict[str, str] | None, then: dict[str, str]
) -> None:
    """Beside those that are there."""
    inputs = {"name": "a"} if labels is None else {"name": "a", "labels": labels}

    rules, changed = network.remediate(Registration(SERVER, "a", inputs))

    assert rules == ["managed-by-label"]
    assert changed == {"name": "a", "labels": then}
    assert network.judge({"a": Registration(SERVER, "a", changed)}).at_level("mandatory") == {
        "server-attached",
        "server-firewall",
    }


def test_a_label_that_is_there_is_left_alone(network: RunningPack) -> None:
    """Our own program is never touched, whatever it registers."""
    for each in dev().values():
        assert network.remediate(each) == ([], each.inputs)


@pytest.mark.parametrize(
    "kind", ["hcloud:index/firewall:Firewall", "hcloud:index/networkSubnet:NetworkSubnet"]
)
def test_what_a_label_would_harm_gets_none(network: RunningPack, kind: str) -> None:
    """A firewall loses its rules when only labels change; a subnet takes none."""
    assert network.remediate(Registration(kind, "a", {"name": "a"})) == ([], {"name": "a"})


def test_what_is_secret_or_unknown_beside_it_stays_so(network: RunningPack) -> None:
    """The other inputs go back as they came; an unknown map of labels is not guessed."""
    inputs = {
        "userData": {**SECRET, "value": "#cloud-config"},
        "networks": [{"networkId": UNKNOWN}],
        "labels": {"build": {**SECRET, "value": "7"}},
    }

    _, changed = network.remediate(Registration(SERVER, "a", inputs))

    assert changed == {**inputs, "labels": {**inputs["labels"], "managed-by": "pulumi"}}  # type: ignore[dict-item]
    unknown = {"labels": UNKNOWN}
    assert network.remediate(Registration(SERVER, "b", unknown)) == ([], unknown)


def test_only_this_rule_remediates() -> None:
    """Anything else that a rule changed by itself could surprise."""
    rules = [*_rules("network"), *_rules("encryption")]

    assert [each.id for each in rules if getattr(each, "adds", None)] == ["managed-by-label"]


def _rules(pack: str) -> list[Any]:
    return list(import_module(f"policies.{pack}.rules").RULES)
