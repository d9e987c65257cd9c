"""A web server on a Sovereign, behind its Gateway: the cluster is read from its stack, nothing
about it is typed in.

The namespace is closed; the Gateway and the pods `app: client` of the namespace `clients` may GET.
Before traffic flows, put a certificate into the Secret that `app-stack:certificate` names (for
example by cert-manager).
"""

import pulumi
import pulumi_kubernetes as kubernetes

from sovereign import Reference, mesh
from sovereign.mesh.components.manifests import Manifests

NAME = "hello"
LABELS = {"app": NAME}
PORT = 8080
WEB = mesh.Workload(LABELS, NAME)
CLIENT = mesh.Workload({"app": "client"}, "clients")
COLLECTOR = mesh.Workload(
    {"app.kubernetes.io/component": "opentelemetry-collector"}, "opentelemetry"
)

config = pulumi.Config()
traced = config.require_bool("instrumentation")
sovereign = Reference(config.require("sovereignStack"))
cluster = kubernetes.Provider(
    "cluster", kubeconfig=sovereign.kubeconfig, cluster_identifier=sovereign.name
)
on_cluster = pulumi.ResourceOptions(providers=[cluster])

namespace = kubernetes.core.v1.Namespace(NAME, metadata={"name": NAME}, opts=on_cluster)
in_namespace = pulumi.ResourceOptions(providers=[cluster], depends_on=[namespace])

policies = [
    *mesh.default_deny(namespace=NAME),
    *mesh.dns_egress(namespace=NAME),
    *mesh.http_rules(
        to=WEB,
        callers=[CLIENT],
        port=PORT,
        requests=[mesh.HttpRule("GET|HEAD", "/.*")],
        from_gateway=True,
    ),
]
routing = [
    # The Sovereign's cloud controller knows in which location its load balancers stand.
    *mesh.gateway(
        namespace=NAME, name=NAME, certificate=config.require("certificate"), load_balancer=None
    ),
    *mesh.http_route(
        name=NAME, service=f"{NAME}/{NAME}", port=80, gateway=f"{NAME}/{NAME}", timeout="10s"
    ),
    # For pods that call the Service; the Gateway's requests have the route's own timeout.
    *mesh.circuit_breaker(service=f"{NAME}/{NAME}", tier="standard", timeout="10s"),
]
tracing = [
    *mesh.instrumentation(namespace=NAME),
    # Only this side: the collector's own policies are its owner's.
    *mesh.allow(to=COLLECTOR, callers=[WEB], ports=[4318], egress=True)[1:],
]
Manifests(NAME, {"manifests": [*policies, *routing, *(tracing if traced else [])]}, in_namespace)

deployment = kubernetes.apps.v1.Deployment(
    NAME,
    metadata={"name": NAME, "namespace": NAME},
    spec={
        "replicas": 2,
        "selector": {"matchLabels": LABELS},
        "template": {
            "metadata": {
                "labels": LABELS,
                "annotations": mesh.pod_annotations(
                    language="python", instrumentation=f"{NAME}/default"
                )
                if traced
                else {},
            },
            "spec": {
                "containers": [
                    {
                        "name": "web",
                        "image": "docker.io/library/python:3.13.5-slim-bookworm",
                        "command": ["python", "-m", "http.server", str(PORT), "-d", "/srv"],
                        "ports": [{"containerPort": PORT}],
                        **mesh.probes(
                            port=PORT,
                            startup=mesh.Probe("/", period_s=5, failures=30),
                            readiness=mesh.Probe("/", period_s=10, failures=3),
                            liveness=mesh.Probe("/", period_s=20, failures=3),
                        ),
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "capabilities": {"drop": ["ALL"]},
                            "runAsNonRoot": True,
                            "runAsUser": 10001,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                    }
                ]
            },
        },
    },
    opts=in_namespace,
)

service = kubernetes.core.v1.Service(
    NAME,
    metadata={"name": NAME, "namespace": NAME},
    spec={"selector": LABELS, "ports": [{"port": 80, "targetPort": PORT}]},
    opts=in_namespace,
)

pulumi.export("contractVersion", sovereign.contract_version)
pulumi.export("service", f"{NAME}.{NAME}")
pulumi.export("encryption", sovereign.encryption)
