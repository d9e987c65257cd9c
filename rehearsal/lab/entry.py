"""The way into a lab: what it needs, its network, and this very command once more inside of it.

Everything that a rehearsal does in the lab happens in one network namespace, the operator's, from
which nothing leads out of the lab.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rich.console import Console

from rehearsal import embedded
from rehearsal.lab import build, leaks, machine, record
from rehearsal.lab.build import Built
from rehearsal.lab.fabric import Fabric, FabricError
from rehearsal.lab.leaks import INSIDE
from rehearsal.lab.record import Record
from rehearsal.lab.session import HOSTS, LabSession, open_lab
from rehearsal.nodes.surroundings import CALLER
from rehearsal.order import Order
from rehearsal.report import Report, blank, failure
from rehearsal.workspace import Workspace, open_workspace, workspace_of

NETWORK_NAMESPACES = Path("/run/netns")
ENDS = (signal.SIGTERM, signal.SIGHUP)
"""Signals at which a run leaves in order: it is ended, or its terminal is closed."""

Act = Callable[[Order, Workspace, LabSession, Console], Report]


def carry_out(order: Order, console: Console, act: Act = embedded.carry_out) -> Report:
    """Carry the order out in its lab, which stands as long as it was asked to.

    Returns inside the operator's namespace only: outside, this process becomes the one inside.
    Raises Unavailable where this machine lacks something, Busy where another run has the lab.
    """
    directory = workspace_of(order.root, order.workspace, order.breaks, lab=True).directory
    lab = _lab(order, directory)
    if order.verb != "up" and not lab.stands:
        return _without_lab(order)
    inside = os.environ.get(INSIDE) == lab.lab_id
    if not inside:
        machine.require()
    built = build.ready(build.cache_directory(), console.print)
    fabric = Fabric(lab.lab_id, IPv4Address(lab.operator))
    try:
        with open_workspace(order.root, order.workspace, order.breaks, lab=True) as workspace:
            lab = _lab(order, directory)
            if not inside:
                _begin(workspace, fabric, lab)
            _heed_signals()
            return _act(order, workspace, fabric, built, lab, console, act)
    except FabricError as problem:
        return failure(blank(order), "failed", [str(problem)])


def _lab(order: Order, directory: Path) -> Record:
    """The lab that stands in the workspace, or the one that would be made."""
    found = record.load(directory)
    if found is not None and found.stands:
        return found
    return record.fresh(directory, str(operator(order.plan.operator_cidrs))).begun()


def _begin(workspace: Workspace, fabric: Fabric, lab: Record) -> NoReturn:
    """The network, and this very command inside of it. What is made is on record before it is made,
    so that `lab down` finds it however this ends.
    """
    if not lab.stands:
        lab.save(workspace.directory)
        fabric.down()
    try:
        fabric.up()
        enter(fabric, sys.orig_argv, {INSIDE: lab.lab_id})
    except BaseException:
        if not lab.stands:
            take_down(workspace, fabric)
        raise


def _act(
    order: Order,
    workspace: Workspace,
    fabric: Fabric,
    built: Built,
    lab: Record,
    console: Console,
    act: Act,
) -> Report:
    """Inside, with the lab to ourselves: make it fit, act, end what shall not stay."""
    if order.verb == "up":
        if order.breaks or not lab.stands:
            empty(workspace, fabric)
        kept = lab.kept or order.keep
        lab = replace(lab, boot=record.boot(), kept=kept, engine=order.engine)
        lab.save(workspace.directory)
    over = order.verb == "up" and not lab.kept
    left: list[str] = []
    try:
        with open_lab(workspace, fabric, built, order.breaks) as session:
            report = act(order, workspace, session, console)
        over = over or (order.verb == "destroy" and report.result == "succeeded")
    finally:
        if over:
            left = take_down(workspace, fabric)
    if left:
        return failure(report, "failed", [f"of the lab that was taken down is left: {left}"])
    return replace(report, lab="taken down" if over else "stands")


def take_down(workspace: Workspace, fabric: Fabric) -> list[str]:
    """End every host and the network, and forget what described them; returns what is left."""
    known = leaks.networks(fabric)
    fabric.down()
    empty(workspace, fabric)
    record.forget(workspace.directory)
    return leaks.left(workspace.directory, fabric, known)


def empty(workspace: Workspace, fabric: Fabric) -> None:
    """End every host and forget the project; the operator and the router stay."""
    fabric.remove_hosts()
    shutil.rmtree(workspace.directory / HOSTS, ignore_errors=True)
    workspace.clear()


def enter(fabric: Fabric, command: list[str], environment: Mapping[str, str]) -> NoReturn:
    """Become `command`, run in the operator's network namespace."""
    entering = ["nsenter", f"--net={NETWORK_NAMESPACES / fabric.operator_namespace}", "--"]
    sys.stdout.flush()
    sys.stderr.flush()
    os.execvpe(entering[0], [*entering, *command], {**os.environ, **environment})


def operator(allowed: tuple[str, ...]) -> IPv4Address:
    """From where the operator comes: the usual caller where the plan lets it in, else the first
    address that it does.
    """
    caller = IPv4Address(CALLER)
    blocks = [IPv4Network(block) for block in allowed if ":" not in block]
    if not blocks or any(caller in block for block in blocks):
        return caller
    return next(iter(blocks[0].hosts()))


def _without_lab(order: Order) -> Report:
    """The answer where no lab of that stack stands."""
    report = replace(blank(order), nodes=(), components=())
    if order.verb == "destroy":
        return replace(report, result="succeeded")
    command = f"sovereign rehearse up --lab --keep --stack {order.stack}"
    return failure(report, "failed", [f"no lab of stack {order.stack} stands; {command} makes one"])


def _heed_signals() -> None:
    """What was told to go on without a terminal (nohup) goes on."""
    for number in ENDS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    """Leave in order, once, so that what stands is taken down."""
    for other in ENDS:
        signal.signal(other, signal.SIG_IGN)
    raise SystemExit(128 + number)
