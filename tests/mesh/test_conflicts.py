"""Manifests that cannot stand together are refused, all of them at once."""

import pytest

from sovereign.mesh import (
    circuit_breaker,
    database_proxy,
    default_deny,
    refuse_conflicts,
    route_timeout,
)
from sovereign.problems import ConfigError


def _conflicts(*manifests: dict[str, object]) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        refuse_conflicts(manifests)
    return [problem.path for problem in refused.value.problems]


def test_two_envoy_configurations_of_a_service_are_one_too_many() -> None:
    """Cilium redirects a service once: the other timeout would be inert."""
    made = [*circuit_breaker(service="shop/api"), *route_timeout(service="shop/api")]
    assert _conflicts(*made) == ["service shop/api"]


@pytest.mark.parametrize(("one", "other"), [(None, 80), (80, None), (80, 80)])
def test_a_service_without_a_port_stands_for_all_its_ports(
    one: int | None, other: int | None
) -> None:
    """Whichever comes first."""
    made = [
        *circuit_breaker(service="shop/api", port=one),
        *database_proxy(service="shop/api", port=other),
    ]
    assert _conflicts(*made) == ["service shop/api"]


def test_different_ports_and_different_namespaces_do_not_conflict() -> None:
    """HTTP on one port, TCP on another; the same name elsewhere is another service."""
    refuse_conflicts(
        [
            *circuit_breaker(service="shop/api", port=80),
            *database_proxy(service="shop/api", port=5432),
            *circuit_breaker(service="stage/api"),
        ]
    )


def test_the_same_object_twice_is_refused_and_every_conflict_is_said() -> None:
    """The second one would silently replace the first."""
    made = [
        *default_deny(namespace="shop"),
        *default_deny(namespace="shop", egress=False),
        *circuit_breaker(service="shop/api"),
        *route_timeout(service="shop/api"),
    ]
    assert _conflicts(*made) == ["CiliumNetworkPolicy shop/default-deny", "service shop/api"]
