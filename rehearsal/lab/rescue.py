"""A standing lab, opened for `sovereign recover`: its hosts follow the project, as in a run."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path

from rehearsal.lab import build, machine, record
from rehearsal.lab.entry import enter
from rehearsal.lab.fabric import Fabric
from rehearsal.lab.leaks import INSIDE
from rehearsal.lab.session import LabSession, open_lab
from rehearsal.lab.visit import NoSuchLab
from rehearsal.terminal import console
from rehearsal.workspace import Workspace, open_workspace, workspace_of


@contextmanager
def open_standing(root: Path, stack: str) -> Iterator[tuple[Workspace, LabSession]]:
    """The lab of that stack. Hosts whose server is gone end at once, others are booted where a
    killed run had not come to it.

    Returns inside the operator's namespace only: outside, this process becomes the one inside.
    Raises NoSuchLab, Unavailable where this machine lacks something, Busy where a run has the lab.
    """
    found = record.load(workspace_of(root, stack, lab=True).directory)
    if found is None or not found.stands:
        raise NoSuchLab(f"no lab of stack {stack} stands, so nothing is left of a run in it")
    built = build.ready(build.cache_directory(), console(stderr=True).print)
    fabric = Fabric(found.lab_id, IPv4Address(found.operator))
    if os.environ.get(INSIDE) != found.lab_id:
        machine.require()
        fabric.up()
        enter(fabric, sys.orig_argv, {INSIDE: found.lab_id})
    with (
        open_workspace(root, stack, lab=True) as workspace,
        open_lab(workspace, fabric, built) as session,
    ):
        yield workspace, session
        session.hosts.settle()
