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
        deploy = args["seed"].apply(lambda seed: secrets.deploy_key(seed, cluster).public)
        public: dict[str, pulumi.Input[str]] = {
            naming.DEPLOY_KEY: pulumi.Output.unsecret(deploy),
            **extra_keys,
        }

        self.key_ids = [
            hcloud.SshKey(
                f"{cluster}-{key}",
                name=f"{cluster}-{key}",
                public_key=text,
                labels=naming.labels(cluster),
                opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
            ).id
            for key, text in public.items()
        ]

        self.register_outputs({"keyIds": self.key_ids})
