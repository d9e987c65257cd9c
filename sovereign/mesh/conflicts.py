"""What cannot stand together in one cluster although each part is right: the same object twice, and
two Envoy configurations for one service, of which Cilium uses only one.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from sovereign.mesh.manifest import Manifest, identity
from sovereign.problems import ConfigError, Problem


def refuse_conflicts(manifests: Sequence[Manifest]) -> None:
    """ConfigError with every conflict."""
    problems = [
        Problem(name, f"{count} times", "an object has one definition", "give one another name")
        for name, count in Counter(map(identity, manifests)).items()
        if count > 1
    ]
    rule = "Cilium redirects a service to one listener, so all but one would do nothing"
    fix = "give timeout and retries to the circuit breaker of that service"
    problems += [
        Problem(f"service {service}", f"{first} and {second}", rule, fix)
        for service, first, second in _redirected_twice(manifests)
    ]
    if problems:
        raise ConfigError(problems)


def _redirected_twice(manifests: Sequence[Manifest]) -> Iterator[tuple[str, str, str]]:
    """Services without ports stand for all their ports."""
    redirected = [
        (f"{service['namespace']}/{service['name']}", set(service.get("ports", ())), identity(made))
        for made in manifests
        if made["kind"] == "CiliumEnvoyConfig"
        for service in made["spec"]["services"]
    ]
    for (service, ports, first), (other, others, second) in combinations(redirected, 2):
        if service == other and first != second and (not ports or not others or ports & others):
            yield service, first, second
