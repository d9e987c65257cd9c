"""A Service for each subset: what a route can send requests to."""

from sovereign.mesh.istio.heads import Head
from sovereign.mesh.istio.inventory import Name, Service
from sovereign.mesh.manifest import Manifest, manifest


def subset_service(name: Name, service: Service, head: Head) -> Manifest:
    """The manifest of a subset's Service, with the ports of the whole one."""
    ports = [
        {key: value for key, value in port.items() if key != "nodePort"}
        for port in service.manifest_ports
    ]
    return manifest(
        "v1",
        "Service",
        name.name,
        namespace=name.namespace,
        labels=head.labels,
        annotations=head.annotations,
        spec={"selector": service.selector, "ports": ports},
    )
