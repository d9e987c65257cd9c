"""A Helm release that a killed run was at: what a person does before the next `up`. Pure.

The Kubernetes provider does not look at what Helm remembers: it installs what the state does not
know, upgrades what it does, and passes Helm's refusal on (pulumi-kubernetes#2054, #2116, both
open). Where the state is can be told from the pending operation, but what Helm made of it only from
the cluster, so `helm status` comes first.
"""

from sovereign.recover.model import Operation

RELEASE = "kubernetes:helm.sh/v3:Release"
AGAIN = "the next `up` goes on; the rehearsal does this by itself"


def cure(operation: Operation) -> str:
    """What to look at and what to do, with the release's own name and namespace."""
    asked = operation.inputs
    name, namespace = asked.get("name"), asked.get("namespace")
    known = isinstance(name, str) and isinstance(namespace, str)
    release = f"{name} --namespace {namespace}" if known else "NAME --namespace NAMESPACE"
    look = f"`helm status {release}`"
    if operation.verb == "creating":
        # "cannot re-use a name that is still in use", whatever the status
        return f"where {look} finds it, `helm uninstall {release}`, then {AGAIN}"
    if operation.verb == "updating":
        # "another operation (install/upgrade/rollback) is in progress"
        return f"where {look} says pending-upgrade, `helm rollback {release}`, then {AGAIN}"
    # "uninstall: Release not loaded: release: not found"; a refresh reads that it is gone
    return f"where {look} finds nothing, `pulumi up --refresh`, else the next `up` goes on"
