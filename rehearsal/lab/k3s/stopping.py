"""How a process ends: asked to, or because something that it cannot go on without has."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any


async def until_asked(*works: Coroutine[Any, Any, None]) -> None:
    """Run everything at once until SIGTERM or SIGINT; what raises or ends, ends all.

    Raises:
        Exception: the first that came out of one of them.
    """
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    tasks = [asyncio.create_task(work) for work in works]
    stop = asyncio.create_task(asked.wait())
    done, pending = await asyncio.wait([*tasks, stop], return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for task in done:
        problem = task.exception()
        if isinstance(problem, ExceptionGroup):
            raise problem.exceptions[0]
        if problem is not None:
            raise problem
