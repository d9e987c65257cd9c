"""All cases of the benchmark: the Sovereign's program beside a bare one, and beside the cloud's own
times.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rehearsal.bench.one import Case
from rehearsal.hetzner import HETZNER_LIKE
from rehearsal.program import Program
from sovereign.plan import SovereignPlan

BARE = Path(__file__).parent / "bare"
COMMANDS = ["preview", "up", "up"]
TITLES = ["preview", "up", "no-op up"]
CHAIN = ("create_network", "add_subnet", "create_server", "attach_to_network")
"""Calls that must follow each other before any node can be joined; a server's key, group and
firewall are made beside the network.
"""


def run_all(
    sizes: Sequence[tuple[SovereignPlan, Program]],
    *,
    rounds: int,
    latency_factor: float,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """Measure every size; medians of `rounds` runs each."""
    rows = []
    for plan, program in sizes:
        count = len(plan.nodes)
        ours = _case(program, latency_factor=0)
        bare = Case(str(BARE), "bare", _bare_config(plan), [], COMMANDS, 0)
        progress(f"{count} servers: bare program")
        without = _median(bare, rounds)
        progress(f"{count} servers: Sovereign")
        with_all = _median(ours, rounds)
        rows += [
            {
                "servers": count,
                "command": title,
                "bareSeconds": least["seconds"],
                "seconds": most["seconds"],
                "ratio": round(most["seconds"] / least["seconds"], 2),
                "peakMiB": most["peak_mib"],
                "callsPerServer": round(most["calls"] / count, 1),
            }
            for title, least, most in zip(TITLES, without, with_all, strict=True)
        ]
    chain = chain_seconds(latency_factor)
    cloud = []
    for plan, program in sizes:
        progress(f"{len(plan.nodes)} servers: under Hetzner-like times x{latency_factor:g}")
        found = _median(_case(program, latency_factor=latency_factor, commands=["up"]), rounds)
        seconds = found[0]["seconds"]
        cloud.append(
            {
                "servers": len(plan.nodes),
                "seconds": seconds,
                "chainSeconds": chain,
                "ratio": round(seconds / chain, 2),
            }
        )
    return {"rounds": rounds, "latencyFactor": latency_factor, "programs": rows, "cloud": cloud}


def chain_seconds(factor: float) -> float:
    """Seconds of the calls that cannot overlap, in the Hetzner-like profile times `factor`."""
    profile = HETZNER_LIKE.scaled(factor)
    server = ("create_server", "start_server")
    actions = sum(profile.duration_s(name) for name in (*server, "add_subnet", "attach_to_network"))
    return round(actions + profile.request_s * len(CHAIN), 2)


def _case(program: Program, *, latency_factor: float, commands: Sequence[str] = COMMANDS) -> Case:
    return Case(
        str(program.directory.resolve()),
        program.project,
        program.config,
        list(program.secret_keys),
        list(commands),
        latency_factor,
    )


def _median(case: Case, rounds: int) -> list[dict[str, float]]:
    runs = [_one(case) for _ in range(rounds)]
    return [
        {
            key: statistics.median(run[index][key] for run in runs)
            for key in ("seconds", "peak_mib", "calls")
        }
        for index in range(len(case.commands))
    ]


def _one(case: Case) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "rehearsal.bench.one"],
        input=json.dumps(asdict(case)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def _bare_config(plan: SovereignPlan) -> Mapping[str, str]:
    servers = [
        {
            "name": node.name,
            "ip": node.private_ip,
            "type": node.server_type,
            "image": node.image,
            "location": node.location,
            "group": node.placement_group,
            "labels": dict(node.hcloud_labels),
        }
        for node in plan.nodes
    ]
    user_data = json.dumps(plan.nodes[-1].cloud_config, sort_keys=True, default=dict)
    return {"bare:servers": json.dumps(servers), "bare:userData": user_data}
