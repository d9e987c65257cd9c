"""Hosts of the lab: real Debian userlands in namespaces, booted by the real cloud-init."""

from rehearsal.lab.hosts.cloud_init import CloudInitResult
from rehearsal.lab.hosts.host import Host, Layers, NotRunning
from rehearsal.lab.hosts.host_set import HostSet

__all__ = ["CloudInitResult", "Host", "HostSet", "Layers", "NotRunning"]
