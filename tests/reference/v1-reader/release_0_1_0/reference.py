"""Reads the contract of another stack's Sovereign: what an app stack knows of its cluster.

```python
from sovereign import Reference

cluster = Reference("organization/sovereign/prod")
provider = kubernetes.Provider(
    "cluster", kubeconfig=cluster.kubeconfig, cluster_identifier=cluster.name
)
```

Every attribute is an Output, named as in the contract but in snake_case; secrets stay secret, what
is not known yet stays unknown. The stack must keep the version of the contract that this release
knows; another one ends in one sentence. So does an output that the stack lacks, if it is read.
"""

import re
from typing import TYPE_CHECKING, Any

import pulumi

from release_0_1_0.contract import CONTRACT, CONTRACT_VERSION
from release_0_1_0.wire import whole_numbers


class Reference:
    """The outputs of a Sovereign's stack."""

    name: str
    """The stack, as organization/project/stack."""
    contract_version: pulumi.Output[int]
    cluster_name: pulumi.Output[str]
    api_endpoint: pulumi.Output[str]
    api_endpoints: pulumi.Output[list[str]]
    api_private_endpoint: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]
    network_id: pulumi.Output[int]
    subnet_id: pulumi.Output[str]
    network_cidr: pulumi.Output[str]
    node_cidr: pulumi.Output[str]
    pod_cidr: pulumi.Output[str]
    service_cidr: pulumi.Output[str]
    control_plane_private_ips: pulumi.Output[dict[str, str]]
    worker_private_ips: pulumi.Output[dict[str, str]]
    pools: pulumi.Output[dict[str, Any]]
    k3s_version: pulumi.Output[str]
    cilium_version: pulumi.Output[str]
    cilium_values: pulumi.Output[dict[str, Any]]
    encryption: pulumi.Output[dict[str, Any]]
    gateway_class: pulumi.Output[str]

    def __init__(self, stack: str, opts: pulumi.ResourceOptions | None = None) -> None:
        """`stack` is organization/project/stack; with a file or S3 backend the first word is
        literally `organization`.
        """
        self.name = stack
        self._outputs = pulumi.StackReference(stack, opts=opts)
        self._version = self._outputs.get_output("contractVersion").apply(self._checked)

    if not TYPE_CHECKING:  # the types are those above, and another name is a mistake

        def __getattr__(self, name: str) -> pulumi.Output[Any]:
            """A promised output, when it is asked for: a stack may lack what nobody reads."""
            promised = {attribute(promise.name): promise.name for promise in CONTRACT}
            if name not in promised:
                raise AttributeError(f"a Sovereign promises no output {name!r}")
            found = self._read(promised[name])
            setattr(self, name, found)
            return found

    def _read(self, output: str) -> pulumi.Output[Any]:
        def present(found: list[Any]) -> Any:
            if found[1] is None:
                raise pulumi.RunError(f"the stack {self.name} {_absent(output)}")
            return whole_numbers(found[1])

        # After the version: it says more than one missing output.
        return pulumi.Output.all(self._version, self._outputs.get_output(output)).apply(present)

    def _checked(self, version: Any) -> Any:
        problem = refusal(version)
        if problem:
            raise pulumi.RunError(f"the stack {self.name} {problem}")
        return version


def attribute(output: str) -> str:
    """Name of the attribute for an output: `api_endpoint` for `apiEndpoint`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", output).lower()


def refusal(version: Any) -> str:
    """Why a stack with that contract version cannot be read; empty where it can."""
    if version is None:
        return (
            "has no output contractVersion, so it is no Sovereign, or none that was brought up: "
            "name the stack of one, as organization/sovereign/prod, and run `pulumi up` there first"
        )
    if version > CONTRACT_VERSION:
        return (
            f"keeps version {version:.0f} of the output contract, and this release of the Python "
            f"package sovereign knows version {CONTRACT_VERSION}: install the release that "
            "the cluster was brought up with"
        )
    if version < CONTRACT_VERSION:
        return (
            f"keeps version {version:.0f} of the output contract, and this release of the Python "
            f"package sovereign needs version {CONTRACT_VERSION}: run `pulumi up` there with this "
            "release first"
        )
    return ""


def _absent(output: str) -> str:
    return (
        f"has no output {output}: an older release brought it up, or its last `pulumi up` did not "
        "end; run it there again"
    )
