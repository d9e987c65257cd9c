"""A web server on a Sovereign: the cluster is read from its stack, nothing about it is typed in."""

import pulumi
import pulumi_kubernetes as kubernetes

LABELS = {"app": "hello"}

sovereign = pulumi.StackReference(pulumi.Config().require("sovereignStack"))
kubeconfig = sovereign.require_output("kubeconfig")
cluster = kubernetes.Provider("cluster", kubeconfig=kubeconfig, cluster_identifier=sovereign.name)
on_cluster = pulumi.ResourceOptions(provider=cluster)

namespace = kubernetes.core.v1.Namespace("hello", metadata={"name": "hello"}, opts=on_cluster)

deployment = kubernetes.apps.v1.Deployment(
    "hello",
    metadata={"name": "hello", "namespace": namespace.metadata["name"]},
    spec={
        "replicas": 2,
        "selector": {"matchLabels": LABELS},
        "template": {
            "metadata": {"labels": LABELS},
            "spec": {
                "containers": [
                    {
                        "name": "web",
                        "image": "docker.io/nginxinc/nginx-unprivileged:1.29.3",
                        "ports": [{"containerPort": 8080}],
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "capabilities": {"drop": ["ALL"]},
                            "runAsNonRoot": True,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                    }
                ]
            },
        },
    },
    opts=on_cluster,
)

service = kubernetes.core.v1.Service(
    "hello",
    metadata={"name": "hello", "namespace": namespace.metadata["name"]},
    spec={"selector": LABELS, "ports": [{"port": 80, "targetPort": 8080}]},
    opts=on_cluster,
)

pulumi.export("contractVersion", sovereign.require_output("contractVersion"))
pulumi.export(
    "service", pulumi.Output.concat(service.metadata["name"], ".", namespace.metadata["name"])
)
pulumi.export("encryption", sovereign.require_output("encryption"))
