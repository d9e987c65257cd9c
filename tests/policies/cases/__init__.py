"""Every judgement that is expected of a rule."""

from tests.policies.cases import (
    addresses,
    api_server,
    capacity,
    cilium,
    firewalls,
    gateways,
    k3s,
    labels,
    mesh,
    releases,
    servers,
    user_data,
    wireguard,
    workloads,
)
from tests.policies.cases.case import Case

CASES: list[Case] = [
    *addresses.CASES,
    *api_server.CASES,
    *capacity.CASES,
    *cilium.CASES,
    *firewalls.CASES,
    *gateways.CASES,
    *k3s.CASES,
    *labels.CASES,
    *mesh.CASES,
    *releases.CASES,
    *servers.CASES,
    *user_data.CASES,
    *wireguard.CASES,
    *workloads.CASES,
]
