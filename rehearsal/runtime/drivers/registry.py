"""Which driver serves a resource type."""

from collections.abc import Mapping

from rehearsal.runtime import urn as urns
from rehearsal.runtime.drivers.command import CommandDriver
from rehearsal.runtime.drivers.hcloud.driver import HcloudDriver
from rehearsal.runtime.drivers.kubernetes import KubernetesDriver
from rehearsal.runtime.drivers.port import Driver, OperationFailed
from rehearsal.runtime.drivers.providers import ProviderDriver
from rehearsal.runtime.model import Drivers


class Registry:
    """The drivers of one run, by package."""

    def __init__(self, drivers: Drivers, environment: Mapping[str, str]) -> None:
        """`environment` is what local commands see."""
        self._providers = ProviderDriver()
        self._packages: dict[str, Driver] = {
            "hcloud": HcloudDriver(drivers.hcloud),
            "command": CommandDriver(drivers.hosts, environment),
            "kubernetes": KubernetesDriver(drivers.cluster),
        }

    def serving(self, type_: str) -> Driver:
        """The driver of a type; raises OperationFailed for a package there is no driver for."""
        if urns.is_provider(type_):
            return self._providers
        package = urns.package_of(type_)
        try:
            return self._packages[package]
        except KeyError:
            known = ", ".join(sorted(self._packages))
            raise OperationFailed(
                f"{type_}: the embedded runtime has no driver for the package {package!r} "
                f"(it has {known}); the real engine runs it"
            ) from None
