"""A server or agent process from its options to its end."""

import asyncio
import os
from collections.abc import Sequence

from rehearsal.lab.k3s import host, log
from rehearsal.lab.k3s.agent import Agent
from rehearsal.lab.k3s.api import Refused
from rehearsal.lab.k3s.k3s_exit import Fatal
from rehearsal.lab.k3s.options import gather
from rehearsal.lab.k3s.paths import Paths
from rehearsal.lab.k3s.server import Server
from rehearsal.nodes.k3s import Role, Unreadable, running, start_failure
from rehearsal.nodes.k3s_options import dropped_by_server
from rehearsal.nodes.k3s_words import skipped


def serve(role: Role, argv: Sequence[str], version: str) -> int:
    """Run until the process is asked to end, or must; its exit code."""
    log.info(f"Starting k3s {role} {version}: a lab stand-in, see docs/rehearsal.md")
    log.adopt()
    paths = Paths()
    try:
        configured = gather(role, argv, os.environ, paths)
        if role == "server":
            for name in dropped_by_server(configured.options):
                log.warning(skipped(name))
        k3s = running(configured)
        failure = start_failure(
            k3s,
            addresses=host.addresses(),
            sysctls=host.sysctls(paths),
            files=host.HostFiles(),
        )
        if failure:
            raise Fatal(failure)
        work = Server(k3s, paths, version) if role == "server" else Agent(k3s, paths, version)
        asyncio.run(work.run())
    except (Unreadable, Fatal, Refused, OSError) as problem:
        log.fatal(str(problem))
        return 1
    return 0
