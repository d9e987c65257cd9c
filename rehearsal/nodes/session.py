"""A script's run on one host: what it sees, and the outcomes that all scripts share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rehearsal.nodes.artifacts import Downloads
from rehearsal.nodes.boot import LIBRARY, Boot, Node, boot
from rehearsal.nodes.diagnosis import diagnose
from rehearsal.nodes.ports import Outcome
from rehearsal.nodes.project import Machine
from rehearsal.nodes.state import Cluster, Host
from rehearsal.nodes.world import World

DIAGNOSE = f"{LIBRARY}diagnose.sh"


class MissingVariable(Exception):
    """A variable that the script needs is not in its environment."""


@dataclass(frozen=True)
class Session:
    """One script on one host."""

    world: World
    machine: Machine
    variables: Mapping[str, str]

    @property
    def host(self) -> Host:
        """What happened on this host so far."""
        return self.world.state.hosts[self.machine.id]

    @property
    def name(self) -> str:
        """The name that the host calls itself by (`uname -n`)."""
        return self.world.host_name(self.machine)

    @property
    def cluster(self) -> Cluster | None:
        """The cluster of this host's k3s, while its API answers on this host."""
        cluster = self.world.state.clusters.get(self.host.cluster)
        return cluster if cluster and self.world.has_quorum(cluster) else None

    @property
    def downloads(self) -> Downloads:
        """The downloads of this host."""
        state = self.world.state
        return Downloads(self.name, self.host.installed, state.published, self.world.surroundings)

    @property
    def node(self) -> Node:
        """The host as the commands of its boot see it."""
        config = self.world.config(self.machine)
        return Node(self.name, self.machine, config, self.downloads, self.world.surroundings)

    def booted(self) -> Boot:
        """The host's first boot, which ends before any script does more."""
        if self.host.boot is None:
            self.host.boot = boot(self.node)
        return self.host.boot

    def variable(self, name: str) -> str:
        """A variable of the environment file; `set -u` ends the script where it is missing."""
        if name not in self.variables:
            raise MissingVariable(name)
        return self.variables[name]

    def diagnosed(self, sentence: str, stdout: str = "") -> Outcome:
        """The end by `diagnose.sh SENTENCE`; without that file, the shell's own words."""
        if DIAGNOSE not in self.world.config(self.machine).files:
            return Outcome(stdout, f"sh: {DIAGNOSE}: not found\n", 127)
        findings = diagnose(self.world, self.machine, self.name)
        return Outcome(stdout, scrub(f"{findings}{sentence}\n"), 1)


def failed(sentence: str, stdout: str = "") -> Outcome:
    """An end with one sentence and no diagnosis."""
    return Outcome(stdout, f"{scrub(sentence)}\n", 1)


def scrub(text: str) -> str:
    """Tokens out, as diagnose.sh takes them out."""
    return re.sub(r"K10[^\s\"']+", "[scrubbed]", text)
