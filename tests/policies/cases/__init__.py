"""Every judgement that is expected of a rule."""

from tests.policies.cases import (
    addresses,
    api_server,
    cilium,
    firewalls,
    gateways,
    k3s,
    servers,
    user_data,
    wireguard,
)
from tests.policies.cases.case import Case

CASES: list[Case] = [
    *addresses.CASES,
    *api_server.CASES,
    *cilium.CASES,
    *firewalls.CASES,
    *gateways.CASES,
    *k3s.CASES,
    *servers.CASES,
    *user_data.CASES,
    *wireguard.CASES,
]
