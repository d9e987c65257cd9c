"""The Sovereign's own profile: a rendering of the values that the plan computes, no second copy."""

from sovereign import catalog
from sovereign.config import CiliumConfig, NetworkConfig
from sovereign.mesh.profiles.profile import Profile
from sovereign.mesh.values import Line
from sovereign.plan import cilium


def own(
    *,
    line: Line = "1.20",
    config: CiliumConfig | None = None,
    network: NetworkConfig | None = None,
    cluster: str = "dev",
    nodes: int = 3,
) -> Profile:
    """The values as `pulumi up` installs them, but for the API server's address."""
    chosen = config or CiliumConfig()
    values = cilium.values(
        chosen,
        cluster=cluster,
        pod_cidr=(network or NetworkConfig()).pod_cidr,
        nodes=nodes,
        mode="control-plane-ip",
    )
    return Profile("sovereign", _chart(line, chosen), values)


def _chart(line: Line, config: CiliumConfig) -> str:
    """The configured version if it is of that line, else the newest one with a pinned checksum."""
    if cilium.line(config.version) == line:
        return config.version
    row = next(row for row in catalog.load().artifacts if row["name"] == "cilium")
    pinned = [version for version in row["sha256"] if cilium.line(version) == line]
    return str(max(pinned, key=lambda version: [int(part) for part in version.split(".")]))
