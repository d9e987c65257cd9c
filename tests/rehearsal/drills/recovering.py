"""What `sovereign recover --yes` does, on an opened project and an opened state."""

from collections.abc import Collection

from hcloud import Client

from sovereign.recover.carry_out import carry_out, gone
from sovereign.recover.decide import findings
from sovereign.recover.model import Finding, Stack
from sovereign.recover.project import HetznerProject


def recovered(
    client: Client, stack: Stack, cluster: str, delete: Collection[str] = ()
) -> tuple[Finding, ...]:
    """The findings, once they are carried out; a stale lock is removed before."""
    project = HetznerProject(client, cluster)
    lock = stack.lock()
    if lock is not None:
        assert lock.stale, lock
        stack.unlock()
    deployment, held = stack.read(), project.held()
    rows = findings(
        deployment, held, gone=gone(deployment, held, project), cluster=cluster, chosen=delete
    )
    carry_out(
        rows, deployment=deployment, held=held, project=project, stack=stack, say=lambda _: None
    )
    return rows
