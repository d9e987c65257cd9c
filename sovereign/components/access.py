"""Who may log in to the nodes: the program's own deploy key and the operators' extra keys.

Keys are put on a server when it is created; Hetzner refuses two keys with one name or one
fingerprint in a project.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

import pulumi
import pulumi_hcloud as hcloud

from sovereign import secrets
from sovereign.components import _hcloud_compat as compat
from sovereign.plan import naming


class AccessArgs(TypedDict):
    """What access is made from."""

    cluster: str
    """Name of the Sovereign, for example `dev`."""
    extra_keys: Mapping[str, str]
    """Operators' OpenSSH public keys by name."""
    seed: pulumi.Output[str]
    """The secret that all keys are derived from."""


@dataclass(frozen=True)
class Login:
    """How a Command logs in to a node."""

    private_key: pulumi.Output[str]
    port: int
    dial_error_limit: int


class Access(pulumi.ComponentResource):
    """The SSH keys of a Sovereign."""

    key_ids: list[pulumi.Output[str]]
    """Hetzner ids of all keys, the deploy key first."""

    def __init__(
        self, name: str, args: AccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        cluster, extra_keys = args["cluster"], args["extra_keys"]
        super().__init__("sovereign:index:Access", name, {"extraKeys": list(extra_keys)}, opts)
        deploy = pulumi.Output.unsecret(
            args["seed"].apply(lambda seed: secrets.deploy_key(seed, cluster).public)
        )
        made = self._key(cluster, naming.DEPLOY_KEY, deploy, compat.deploy_key_options(self))
        options = pulumi.ResourceOptions(parent=self, delete_before_replace=True)
        extra = [self._key(cluster, key, text, options) for key, text in extra_keys.items()]

        self.key_ids = [compat.guard_seed(made, deploy), *(key.id for key in extra)]

        self.register_outputs({"keyIds": self.key_ids})

    def _key(
        self, cluster: str, key: str, text: pulumi.Input[str], opts: pulumi.ResourceOptions
    ) -> hcloud.SshKey:
        return hcloud.SshKey(
            f"{cluster}-{key}",
            name=f"{cluster}-{key}",
            public_key=text,
            labels=naming.labels(cluster),
            opts=opts,
        )
