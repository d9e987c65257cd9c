"""The way in for `sovereign rehearse bench`: what the program costs."""

import json
from collections.abc import Sequence

from rehearsal.bench import compare, table
from rehearsal.isolation import forget_callers_environment
from rehearsal.program import ConfiguredProgram, program_of
from rehearsal.terminal import console
from sovereign.plan import SovereignPlan


def bench(
    sizes: Sequence[tuple[SovereignPlan, ConfiguredProgram]],
    *,
    rounds: int,
    latency_factor: float,
    as_json: bool,
) -> int:
    """Measure and print the benchmark."""
    forget_callers_environment()
    progress = console(stderr=True)
    found = compare.run_all(
        [(plan, program_of(file)) for plan, file in sizes],
        rounds=rounds,
        latency_factor=latency_factor,
        progress=progress.print,
    )
    if as_json:
        print(json.dumps(found))  # noqa: T201 - the answer
    else:
        table.show(found, console())
    return 0
