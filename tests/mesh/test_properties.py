"""Whatever names, ports and durations are given: a builder refuses them, or an API server takes
what it makes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovereign import mesh
from sovereign.mesh import durations
from sovereign.problems import ConfigError
from tests.mesh.clusters import cluster

Texts = st.SearchStrategy[str]

GOOD_LABELS = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True)
ODD_TEXTS = st.text(max_size=70) | st.sampled_from(
    ["", "-", "a.b", "A", "a" * 64, "a/b", "é", "a\n"]
)
GOOD_PORTS = st.integers(1, 65535)
ODD_PORTS = st.integers(-1, 70000)
GOOD_DURATIONS = st.lists(
    st.tuples(st.integers(1, 59), st.sampled_from(["m", "s", "ms"])), min_size=1, max_size=4
).map(lambda parts: "".join(f"{number}{unit}" for number, unit in parts))
ODD_DURATIONS = st.sampled_from(["", "5", "s", "1.5s", "-1s", "123456s", "1d", "0s", "99h", "5S"])


def _accepted(reference: Path, manifests: list[mesh.Manifest]) -> None:
    for cilium in ("1.19.6", "1.20.2"):
        for manifest in manifests:
            assert cluster(reference, cilium, "standard").errors(manifest) == []


def _cases(
    names: Texts, ports: st.SearchStrategy[int], lengths: Texts, pauses: Texts
) -> st.SearchStrategy[Any]:
    """A builder and arguments for it."""
    services = st.tuples(names, names).map("/".join)
    workloads = st.builds(
        lambda label, namespace: mesh.Workload({"app": label}, namespace), names, names
    )
    callers = st.lists(workloads, min_size=1, max_size=3, unique_by=lambda one: one.title())
    lists = st.lists(ports, min_size=1, max_size=5)
    shapes: dict[Callable[..., Any], dict[str, Any]] = {
        mesh.default_deny: {"namespace": names, "name": names},
        mesh.allow: {
            "to": workloads,
            "callers": callers,
            "ports": lists,
            "from_gateway": st.booleans(),
            "egress": st.booleans(),
        },
        mesh.http_rules: {
            "to": workloads,
            "callers": callers,
            "port": ports,
            "requests": st.just([mesh.HttpRule("GET", "/.*")]),
            "from_gateway": st.booleans(),
        },
        mesh.require_mtls: {"to": workloads, "callers": callers, "ports": lists},
        mesh.dns_egress: {
            "namespace": names,
            "hosts": st.lists(names, max_size=2),
            "ports": lists,
        },
        mesh.block_metadata: {"exempt_namespaces": st.lists(names, max_size=2), "name": names},
        mesh.host_firewall: {"ssh_port": ports, "name": names},
        mesh.circuit_breaker: {"service": services, "port": ports, "timeout": lengths},
        mesh.database_proxy: {"service": services, "port": ports},
        mesh.route_timeout: {"service": services, "timeout": lengths},
        mesh.retries: {"service": services, "policy": st.builds(mesh.Retries, backoff=pauses)},
        mesh.gateway: {"namespace": names, "name": names, "certificate": names, "hostname": names},
        mesh.http_route: {
            "service": services,
            "port": ports,
            "gateway": services,
            "name": names,
            "timeout": lengths,
            "path": names.map("/{}".format),
        },
        mesh.grpc_route: {"service": services, "port": ports, "gateway": services, "name": names},
        mesh.instrumentation: {"namespace": names, "name": names},
        mesh.collector: {"namespace": names, "name": names, "observability": names},
        mesh.service_level_rules: {"service": services, "hold": lengths, "window": lengths},
        mesh.dashboard: {"service": services, "namespace": names},
    }
    return st.one_of(
        [st.tuples(st.just(build), st.fixed_dictionaries(s)) for build, s in shapes.items()]
    )


@settings(max_examples=300)
@given(case=_cases(GOOD_LABELS, GOOD_PORTS, st.just("45s"), st.just("1s")))
def test_good_names_and_ports_are_always_taken(
    reference: Path, case: tuple[Any, dict[str, Any]]
) -> None:
    """63 characters, digits only, the highest port."""
    build, arguments = case
    _accepted(reference, build(**arguments))


ODD_LENGTHS = GOOD_DURATIONS | ODD_DURATIONS


@settings(max_examples=300)
@given(case=_cases(GOOD_LABELS | ODD_TEXTS, ODD_PORTS, ODD_LENGTHS, ODD_LENGTHS))
def test_odd_arguments_are_refused_or_make_something_valid(
    reference: Path, case: tuple[Any, dict[str, Any]]
) -> None:
    """Never an object that the API server refuses, never an exception of another kind."""
    build, arguments = case
    try:
        made = build(**arguments)
    except ConfigError:
        return
    _accepted(reference, made)


@given(parts=st.lists(st.integers(0, 99999), min_size=4, max_size=4))
def test_a_duration_means_the_same_in_every_spelling(parts: list[int]) -> None:
    """Gateway API's, Envoy's and Prometheus' form of one length."""
    hours, minutes, seconds, rest = parts
    text = f"{hours}h{minutes}m{seconds}s{rest}ms"
    length = durations.milliseconds(text)
    assert length == ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest
    assert round(float(durations.envoy(text).removesuffix("s")) * 1000) == length
    whole = durations.prometheus(f"{length // 1000 % 100000}s")
    assert durations.milliseconds(whole) == length // 1000 % 100000 * 1000


@pytest.mark.parametrize(
    ("text", "envoy", "prometheus"),
    [
        ("30s", "30s", "30s"),
        ("100ms", "0.1s", "100ms"),
        ("1m30s", "90s", "1m30s"),
        ("90s", "90s", "1m30s"),
        ("1s1m", "61s", "1m1s"),
        ("2h", "7200s", "2h"),
        ("0s", "0s", "0s"),
        ("1ms", "0.001s", "1ms"),
    ],
)
def test_spellings_of_durations(text: str, envoy: str, prometheus: str) -> None:
    """Without trailing zeros."""
    assert (durations.envoy(text), durations.prometheus(text)) == (envoy, prometheus)
