"""A program run against the monitor."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pulumi
from pulumi.runtime import settings
from pulumi.runtime.mocks import MockEngine, MockSettings
from pulumi.runtime.stack import run_in_stack

from sovereign.program import run
from tests.configurations import OPERATORS
from tests.recording.monitor import Answer, Monitor
from tests.recording.registrations import Recording

SEED = "a-seed-for-tests-of-more-than-32-characters"
HCLOUD_TOKEN = "hcloud-token-of-the-tests"


def record(
    cluster: Any,
    *,
    operators: Any = OPERATORS,
    mirror: str | None = None,
    seed: str = SEED,
    preview: bool = False,
    answer: Answer | None = None,
    extra: Mapping[str, str] = {},
) -> Recording:
    """Run the program as stack `dev` with that `sovereign:cluster`; what it raises is raised."""
    if answer is None and not extra:
        return _recorded(json.dumps(cluster), json.dumps(operators), mirror, seed, preview)
    return _run(json.dumps(cluster), json.dumps(operators), mirror, seed, preview, answer, extra)


@cache
def _recorded(
    cluster: str, operators: str, mirror: str | None, seed: str, preview: bool
) -> Recording:
    return _run(cluster, operators, mirror, seed, preview, None, {})


def _run(
    cluster: str,
    operators: str,
    mirror: str | None,
    seed: str,
    preview: bool,
    answer: Answer | None,
    extra: Mapping[str, str],
) -> Recording:
    config = {
        "sovereign:cluster": cluster,
        "sovereign:operatorCidrs": operators,
        "sovereign:seed": seed,
        "hcloud:token": HCLOUD_TOKEN,
        **extra,
    }
    if mirror is not None:
        config["sovereign:artifactMirror"] = mirror
    config = {key: value for key, value in config.items() if value != "null"}
    monitor = Monitor(Recording(), answer, preview)
    return asyncio.run(session(run, monitor, config))


def _said_already(_: asyncio.AbstractEventLoop, __: dict[str, Any]) -> None:
    """Of the tasks that fail with one output, the first is raised; the others say the same."""


async def session(
    program: Callable[[], None], monitor: Monitor, config: Mapping[str, str]
) -> Recording:
    """Run any program against the monitor; returns when every output has resolved."""
    settings.configure(
        MockSettings(  # type: ignore[no-untyped-call]
            monitor=monitor,
            monitor_features=set(),
            engine=MockEngine(logging.getLogger("tests.recording")),
            project="sovereign",
            stack="dev",
            dry_run=monitor.preview,
            organization="organization",
            callbacks=None,
        )
    )
    pulumi.runtime.set_all_config(dict(config), ["sovereign:seed", "hcloud:token"])
    settings.set_root_resource(None)  # type: ignore[arg-type] # one stack per run
    settings.SETTINGS.rpc_manager.clear()  # a run that failed leaves its tasks behind
    settings.SETTINGS.outputs.clear()
    asyncio.get_running_loop().set_exception_handler(_said_already)
    await run_in_stack(program)
    return monitor.recording
