"""What may stand in a builder's arguments; every problem of one call is collected, then refused
together.

Sources of the forms: RFC 1123 (names), Kubernetes "Labels and Selectors", Gateway API GEP-2257.
"""

import ipaddress
import re
from collections.abc import Collection, Mapping

from sovereign.mesh import durations
from sovereign.problems import ConfigError, Problem

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_KEY_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_PATH = re.compile(r"/[^\s?#]*")


class Checks:
    """The problems of one builder's arguments. Each method adds at most one."""

    def __init__(self, builder: str) -> None:
        self._builder = builder
        self._problems: list[Problem] = []

    def add(self, argument: str, value: object, rule: str, fix: str) -> None:
        """Say that `argument` is wrong."""
        found = repr(value)
        shortened = found if len(found) <= 60 else found[:57] + "..."
        self._problems.append(Problem(f"{self._builder}.{argument}", shortened, rule, fix))

    def refuse(self) -> None:
        """ConfigError with everything that was added; nothing where all is well."""
        if self._problems:
            raise ConfigError(self._problems)

    def label(self, argument: str, value: object) -> None:
        """A name of a namespace, a Service, a Secret: an RFC 1123 label."""
        if not (isinstance(value, str) and _LABEL.fullmatch(value)):
            rule = "must be 1 to 63 lower-case letters, digits and inner '-'"
            self.add(argument, value, rule, "write for example `shop-api`")

    def name(self, argument: str, value: object) -> None:
        """A name of a Kubernetes object: an RFC 1123 subdomain, its parts of any length."""
        if not (isinstance(value, str) and len(value) <= 253 and _NAME.fullmatch(value)):
            rule = "must be lower-case letters, digits and inner '-', in parts with '.' between"
            self.add(argument, value, rule, "write for example `shop-api`, at most 253 characters")

    def service(self, argument: str, value: object) -> tuple[str, str]:
        """`namespace/name` -> both; two empty texts where that is refused."""
        namespace, _, name = value.partition("/") if isinstance(value, str) else ("", "", "")
        if _LABEL.fullmatch(namespace) and _LABEL.fullmatch(name):
            return namespace, name
        rule = "must be `namespace/name`, each of lower-case letters, digits and inner '-'"
        self.add(argument, value, rule, "write for example `shop/api`")
        return "", ""

    def port(self, argument: str, value: object) -> None:
        """A TCP or UDP port, 1 to 65535."""
        self.between(argument, value, 1, 65535, "a port")

    def between(
        self, argument: str, value: object, low: float, high: float, what: str = "a number"
    ) -> None:
        """A whole number in the range, or any number where a bound is a fraction."""
        kinds = (int, float) if isinstance(low, float) else (int,)
        good = isinstance(value, kinds) and not isinstance(value, bool)
        if not (good and low <= value <= high):  # type: ignore[operator]
            self.add(
                argument, value, f"must be {what} from {low} to {high}", f"correct `{argument}`"
            )

    def duration(self, argument: str, value: object, low: str, high: str) -> None:
        """A duration inside the bounds, both included."""
        rule = f"must be a duration from {low} to {high}"
        try:
            length = durations.milliseconds(value)  # type: ignore[arg-type]
        except ValueError:
            self.add(argument, value, rule, "write for example `30s`, `1m30s` or `100ms`")
            return
        if not durations.milliseconds(low) <= length <= durations.milliseconds(high):
            self.add(argument, value, rule, f"write for example `{low}`")

    def one_of(self, argument: str, value: object, known: Collection[str]) -> None:
        """One of the known words."""
        if value not in known:
            self.add(argument, value, f"must be one of: {', '.join(known)}", "choose one of these")

    def labels(self, argument: str, value: Mapping[str, str]) -> None:
        """At least one label, each of Kubernetes' form."""
        if not value:
            self.add(argument, dict(value), "needs at least one label", "write for example app=api")
        for key, text in value.items():
            prefix, _, name = key.rpartition("/")
            prefix = prefix.removeprefix("k8s:")
            good = _KEY_NAME.fullmatch(name.removeprefix("k8s:")) and (
                not prefix or is_domain(prefix)
            )
            if not (good and (text == "" or _KEY_NAME.fullmatch(text))):
                rule = "must be a label of Kubernetes' form (63 characters, `key=value`)"
                self.add(argument, f"{key}={text}", rule, "write for example app=api")

    def cidr(self, argument: str, value: str) -> None:
        """An IPv4 or IPv6 range without host bits."""
        try:
            ipaddress.ip_network(value)
        except ValueError:
            rule = "must be a CIDR range without host bits"
            self.add(argument, value, rule, "write for example 203.0.113.0/24")

    def host(self, argument: str, value: str) -> None:
        """A host name of lower case, at most one leading `*.`."""
        if not is_domain(value.removeprefix("*.")):
            self.add(argument, value, "must be a host name", "write for example shop.example.com")

    def path(self, argument: str, value: object) -> None:
        """An absolute URL path."""
        if not (isinstance(value, str) and _PATH.fullmatch(value)):
            rule = "must be a URL path that begins with '/', without query and blanks"
            self.add(argument, value, rule, "write for example /health")


def is_domain(text: str) -> bool:
    """Whether it is one or more RFC 1123 labels with dots between."""
    return all(_LABEL.fullmatch(part) for part in text.split("."))
