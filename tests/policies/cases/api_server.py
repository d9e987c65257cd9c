"""What rules say of the API server's address."""

from tests.policies.cases.case import Case
from tests.policies.cases.stacks import (
    BALANCER,
    CP,
    WORKER,
    Typed,
    facts,
    k8s_service,
    release,
    server,
)
from tests.policies.registrations import UNKNOWN

THREE = [server(f"10.0.1.{last}", "control-plane") for last in (2, 3, 4)]
URLS = " ".join(f"https://10.0.1.{last}:6443" for last in (2, 3, 4))
CRASH = "nothing listens there on a k3s agent, whose Cilium would crash-loop"
ALLOWED = "not one of 10.0.1.2:6443, 127.0.0.1:6444"
ADDRESS, EVERY = "api-server-address", "api-server-every-control-plane"

API_SERVER = [
    Case(ADDRESS, "compliant", [CP, WORKER, k8s_service("10.0.1.2")]),
    Case(ADDRESS, "compliant", [CP, WORKER, k8s_service("127.0.0.1", 6444.0)]),
    Case(ADDRESS, "compliant", [CP, WORKER, BALANCER, k8s_service("10.0.1.250", "6443")]),
    Case(ADDRESS, "compliant", [CP, k8s_service("127.0.0.1")]),
    Case(
        ADDRESS,
        "compliant",
        [facts("ControlPlane", nodes=[{"privateIp": "10.0.1.2"}]), WORKER, k8s_service("10.0.1.2")],
    ),
    Case(ADDRESS, "compliant", [server("10.0.1.2"), server("10.0.1.3"), k8s_service("10.0.1.3")]),
    Case(ADDRESS, "missing", [CP, WORKER], None),
    Case(
        ADDRESS,
        "missing",
        [CP, WORKER, release()],
        ["values.k8sServiceHost is not set: agents cannot dial a Service before they run"],
    ),
    Case(
        ADDRESS,
        "missing",
        [CP, WORKER, k8s_service("10.0.1.2", None)],
        [f"values.k8sServiceHost is 10.0.1.2:(no port), {ALLOWED}"],
    ),
    *[
        Case(
            ADDRESS,
            "violating",
            [CP, WORKER, k8s_service(host)],
            [f"values.k8sServiceHost is {host}:6443: {CRASH}"],
        )
        for host in ("127.0.0.1", "127.0.1.1", "127.1", "localhost", "::1", "0.0.0.0")
    ],
    Case(
        ADDRESS,
        "violating",
        [server("10.0.1.2"), server("10.0.1.3"), k8s_service("127.0.0.1")],
        [f"values.k8sServiceHost is 127.0.0.1:6443: {CRASH}"],
    ),
    Case(
        ADDRESS,
        "violating",
        [CP, facts("Sovereign", workers=1.0), k8s_service("127.0.0.1")],
        [f"values.k8sServiceHost is 127.0.0.1:6443: {CRASH}"],
    ),
    Case(
        ADDRESS,
        "violating",
        [CP, facts("K3sJoin", nodes=[{"role": "agent"}]), k8s_service("127.0.0.1")],
        [f"values.k8sServiceHost is 127.0.0.1:6443: {CRASH}"],
    ),
    Case(
        ADDRESS,
        "violating",
        [CP, WORKER, k8s_service("auto")],
        [f"values.k8sServiceHost is auto:6443, {ALLOWED}"],
    ),
    Case(
        ADDRESS,
        "violating",
        [CP, WORKER, k8s_service("10.0.1.2", k8s={"apiServerURLs": "https://127.0.0.1:6443 x"})],
        [
            f"values.k8s.apiServerURLs is 127.0.0.1:6443: {CRASH}",
            "values.k8s.apiServerURLs holds `x`, not https://<address>:6443",
        ],
    ),
    Case(
        ADDRESS,
        "violating",
        [facts("Cilium", apiServerAddress="loopback", values={})],
        ["apiServerAddress is `loopback`, not control-plane-ip or node-local"],
    ),
    Case(
        ADDRESS,
        "unknown",
        [CP, WORKER, k8s_service(UNKNOWN)],
        ["deferred: values.k8sServiceHost"],
    ),
    Case(
        ADDRESS,
        "unknown",
        [server(UNKNOWN, "control-plane"), WORKER, k8s_service("10.0.1.2")],
        ["deferred: networks[0].ip"],
    ),
    Case(
        ADDRESS,
        "configured",
        [CP, WORKER, k8s_service("api.example.com")],
        [],
        {"otherAddresses": ["api.example.com:6443"]},
    ),
    Case(EVERY, "compliant", [*THREE, k8s_service("10.0.1.2", k8s={"apiServerURLs": URLS})]),
    Case(EVERY, "compliant", [*THREE, k8s_service("127.0.0.1", 6444.0)]),
    Case(EVERY, "compliant", [*THREE, BALANCER, k8s_service("10.0.1.250")]),
    Case(EVERY, "missing", [CP, k8s_service("10.0.1.2")], None),
    Case(EVERY, "missing", THREE, None),
    Case(
        EVERY,
        "violating",
        [*THREE, k8s_service("10.0.1.2")],
        ["3 control planes, but Cilium knows the address of one"],
    ),
    Case(
        EVERY,
        "violating",
        [*THREE, k8s_service("10.0.1.2", k8s={"apiServerURLs": "https://10.0.1.2:6443"})],
        ["values.k8s.apiServerURLs lacks 10.0.1.3, 10.0.1.4"],
    ),
    Case(
        EVERY,
        "violating",
        [*THREE, k8s_service("10.0.1.2", k8s={"apiServerURLs": URLS.split()})],
        ["values.k8s.apiServerURLs is no text: the chart takes one space-separated line"],
    ),
    Case(
        EVERY,
        "violating",
        [*THREE, facts("Cilium", apiServerAddress="control-plane-ip"), k8s_service(UNKNOWN)],
        ["3 control planes, but Cilium knows the address of one"],
    ),
    Case(EVERY, "unknown", [*THREE, k8s_service(UNKNOWN)], ["deferred: values.k8sServiceHost"]),
    Case(
        EVERY,
        "unknown",
        [*THREE, k8s_service("10.0.1.2", k8s={"apiServerURLs": UNKNOWN})],
        ["deferred: values.k8s.apiServerURLs"],
    ),
]

TWO = THREE[:2]
SOME = "https://10.0.1.2:6443"
SEPARATE: Typed = ("hcloud:index/serverNetwork:ServerNetwork", {"ip": "10.0.1.9"})
UNATTACHED: Typed = ("hcloud:index/server:Server", {})
EDGES = [
    Case(
        EVERY,
        "violating",
        [*TWO, k8s_service("10.0.1.2")],
        ["2 control planes, but Cilium knows the address of one"],
    ),
    Case(
        EVERY,
        "unknown",
        [
            *TWO,
            server(UNKNOWN, "control-plane"),
            k8s_service("10.0.1.2", k8s={"apiServerURLs": SOME}),
        ],
        ["deferred: networks[0].ip"],
    ),
    Case(
        ADDRESS,
        "unknown",
        [facts("Cilium", apiServerAddress=UNKNOWN, values={})],
        ["deferred: apiServerAddress"],
    ),
    Case(
        ADDRESS,
        "unknown",
        [("hcloud:index/server:Server", {"networks": UNKNOWN}), k8s_service("10.0.1.2")],
        ["deferred: networks"],
    ),
    Case(ADDRESS, "compliant", [server("10.0.1.2"), k8s_service("127.0.0.1")]),
    Case(ADDRESS, "compliant", [UNATTACHED, UNATTACHED, SEPARATE, k8s_service("10.0.1.9")]),
    Case(
        ADDRESS,
        "violating",
        [CP, WORKER, SEPARATE, k8s_service("10.0.1.9")],
        [f"values.k8sServiceHost is 10.0.1.9:6443, {ALLOWED}"],
    ),
]

CASES = [*API_SERVER, *EDGES]
