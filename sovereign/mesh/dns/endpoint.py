"""The DNSEndpoint of ExternalDNS that carries Lua records to PowerDNS.

LUA is no type that ExternalDNS 0.22 lists as supported (kubernetes-sigs/external-dns#6317, closed):
its CRD source and its PowerDNS provider pass the type on as it stands, its TXT registry does not
know it. So run one ExternalDNS for these records alone, with `ARGUMENTS`.
"""

from collections.abc import Sequence

from sovereign.mesh.checks import Checks
from sovereign.mesh.dns.lua import LuaRecord
from sovereign.mesh.manifest import Manifest, manifest

ARGUMENTS = (
    "--source=crd",
    "--provider=pdns",
    "--managed-record-types=LUA",
    "--registry=noop",
    "--policy=upsert-only",
)
"""Of the ExternalDNS that serves these records. Without a registry nobody owns a record, so it must
never delete; the TXT registry would forget that it made them and never change them again.
"""
TTL_S = 30


def dns_endpoint(
    *,
    name: str,
    namespace: str,
    host: str,
    records: Sequence[LuaRecord],
    ttl: int = TTL_S,
) -> list[Manifest]:
    """`host` answers with the records, at most one of each family. Raises ConfigError.

    `ttl`: seconds that callers keep an answer: how long a dead backend stays in use at most, beside
    the check's own interval.
    """
    checks = Checks("dns-endpoint")
    checks.name("name", name)
    checks.label("namespace", namespace)
    checks.host("host", host)
    checks.between("ttl", ttl, 1, 3600, "seconds")
    if not records:
        checks.add("records", "none", "needs a record", "use if_url_up or pick_closest")
    if len({record.type for record in records}) < len(records):
        rule = "Lua records of one name and family would be answered together"
        checks.add("records", f"{len(records)}", rule, "give one record for A, one for AAAA")
    checks.refuse()
    endpoint = {
        "dnsName": host,
        "recordTTL": ttl,
        "recordType": "LUA",
        "targets": [record.content for record in records],
    }
    return [
        manifest(
            "externaldns.k8s.io/v1alpha1",
            "DNSEndpoint",
            name,
            namespace=namespace,
            spec={"endpoints": [endpoint]},
        )
    ]
