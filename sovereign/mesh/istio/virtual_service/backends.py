"""Where the requests of a rule go: Services with weights."""

from typing import Any

from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.field import Field
from sovereign.mesh.istio.inventory import Name
from sovereign.mesh.istio.virtual_service import headers
from sovereign.mesh.istio.virtual_service.context import Context

Backend = dict[str, Any]
BACKENDS_LIMIT = 16
WEIGHT_LIMIT = 1_000_000


def backends(field: Field, context: Context) -> list[Backend] | None:
    """The backends; None where one of them cannot be written: without it the shares are wrong."""
    routes = field.each()
    if not routes:
        field.lost("must be a list of destinations")
        return None
    if len(routes) > BACKENDS_LIMIT:
        field.lost(f"a rule of an HTTPRoute has at most {BACKENDS_LIMIT} backends")
        return None
    made = [_backend(route, context, only=len(routes) == 1) for route in routes]
    return None if None in made else [backend for backend in made if backend is not None]


def _backend(field: Field, context: Context, *, only: bool) -> Backend | None:
    made: Backend = {}
    good = field.visit(
        {
            "destination": lambda below: _destination(below, made, context),
            "weight": lambda below: _weight(below, made, only=only),
            "headers": lambda _: True,
        }
    )
    if not field["destination"].present:
        good = field.lost("names no destination")
    if not only and not field["weight"].present:
        made["weight"] = 0
        field.aside("no weight among several means 0 in Istio (and 1 in HTTPRoute): written as 0")
    changes = headers.filters(field["headers"])
    if changes:
        made["filters"] = changes
    return made if good else None


def _weight(field: Field, made: Backend, *, only: bool) -> bool:
    weight = field.whole
    if weight is None or weight > WEIGHT_LIMIT:
        return field.lost(f"must be a whole number from 0 to {WEIGHT_LIMIT}")
    if only:
        return field.converted() if weight else field.differs("the only one gets everything")
    made["weight"] = weight
    return field.converted("weight")


def _destination(field: Field, made: Backend, context: Context) -> bool:
    host = field["host"].text
    name = context.inventory.resolve(host, context.namespace) if host else None
    good = field.visit(
        {
            "host": lambda below: _host(below, name, made, context),
            "subset": lambda below: _subset(below, name, made, context),
            "port": lambda below: below.visit({"number": lambda n: _port(n, made)}),
        }
    )
    if name is None or not good:
        return False
    if "port" not in made:
        only_port = context.inventory.only_port(name)
        if only_port is None:
            return field.lost(
                f"HTTPRoute needs a port: add port.number, or the manifest of Service {name} "
                "(with one port) to the directory"
            )
        made["port"] = only_port
        field.aside(f"no port: the only one of Service {name}, {only_port}")
    return True


def _host(field: Field, name: Name | None, made: Backend, context: Context) -> bool:
    if name is None:
        return field.lost("no Service of the cluster: HTTPRoute sends requests to Services only")
    made["name"] = name.name
    if name.namespace == context.namespace:
        return field.converted("backendRefs")
    made["namespace"] = name.namespace
    context.granted.add(name)
    return field.differs(
        f"in namespace {name.namespace}, which must allow it: with a ReferenceGrant", "backendRefs"
    )


def _subset(field: Field, name: Name | None, made: Backend, context: Context) -> bool:
    service = context.inventory.subset_service(name, field.text) if name and field.text else None
    if service is None:
        return field.lost(
            "a backend is a Service: the subset needs one of its own, made where the directory "
            "holds the DestinationRule with its labels and the Service's manifest"
        )
    made["name"] = service
    if name is not None and name.namespace != context.namespace:
        context.granted.add(Name(name.namespace, service))
    return field.differs(f"the Service {service}, made for the subset", "backendRefs")


def _port(field: Field, made: Backend) -> bool:
    if not shapes.port(field.whole):
        return field.lost("must be a port, 1 to 65535")
    made["port"] = field.whole
    return field.converted("backendRefs")
