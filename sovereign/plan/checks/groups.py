"""The control plane and the pools as one list, with the configuration path of each."""

from sovereign.config import ControlPlaneConfig, PoolConfig, Settings

Group = ControlPlaneConfig | PoolConfig


def groups(settings: Settings) -> dict[str, Group]:
    """Configuration path -> group: the control plane and every pool."""
    cluster = settings.cluster
    pools = {f"pools.{name}": pool for name, pool in sorted(cluster.pools.items())}
    return {"controlPlane": cluster.control_plane, **pools}
