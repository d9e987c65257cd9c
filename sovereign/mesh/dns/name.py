"""A host name that several clusters answer for: the healthy ones, and of these the nearest."""

from collections.abc import Sequence

from sovereign.mesh.dns.endpoint import TTL_S, dns_endpoint
from sovereign.mesh.dns.lua import if_url_up
from sovereign.mesh.manifest import Manifest


def dns_name(
    *,
    host: str,
    namespace: str,
    url: str,
    addresses: Sequence[str],
    fallback: Sequence[str] = (),
    nearest: bool = True,
    ttl: int = TTL_S,
) -> list[Manifest]:
    """`host` answers with one of the `addresses` where `url` answers 200, the one `nearest` to the
    client or any; with all of them dead, with a `fallback`. One family of addresses. Raises
    ConfigError.
    """
    groups = [addresses, fallback] if fallback else [addresses]
    record = if_url_up(url=url, groups=groups, selector="pickclosest" if nearest else "random")
    name = host.replace("*", "any")
    return dns_endpoint(name=name, namespace=namespace, host=host, records=[record], ttl=ttl)
