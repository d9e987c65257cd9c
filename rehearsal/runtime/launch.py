"""Run a Pulumi program in a process of its own, as Pulumi's language host would.

Started as a file (`python -u launch.py <settings>`) with the program's directory as working
directory. Source of the procedure: `pulumi-language-python-exec` (pulumi 3.259).
"""

import asyncio
import json
import logging
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

PROGRAM_ERROR = 32
"""Exit code: the program failed and has said why (the language host's own number)."""


def main(settings: dict[str, Any]) -> int:
    """Configure the SDK, run `__main__.py` inside a stack; the exit code."""
    import pulumi
    from pulumi import runtime

    runtime.set_all_config(runtime.get_config_env(), runtime.get_config_secret_keys_env())
    runtime.configure(runtime.Settings(**settings))
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    executor = ThreadPoolExecutor(max_workers=max(settings["parallel"], 1) * 4)
    loop.set_default_executor(executor)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)

    def program() -> None:
        runpy.run_path(settings["root_directory"], run_name="__main__")

    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(program))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return 1
    except Exception:
        pulumi.log.error("Program failed with an unhandled exception:\n" + _user_trace())
        return PROGRAM_ERROR
    finally:
        executor.shutdown(wait=True)
        loop.close()
    return 0


def _user_trace() -> str:
    """The traceback from the program's first line on."""
    kind, error, trace = sys.exc_info()
    frames = traceback.extract_tb(trace)
    root = str(Path.cwd())
    first = next((n for n, frame in enumerate(frames) if frame.filename.startswith(root)), 0)
    lines = traceback.format_list(frames[first:]) + traceback.format_exception_only(kind, error)
    return "Traceback (most recent call last):\n" + "".join(lines).rstrip()


if __name__ == "__main__":
    sys.path[0] = str(Path.cwd())
    sys.path.append(str(Path(__file__).parent))
    from leash import hold  # type: ignore[import-not-found,unused-ignore]

    sys.path.pop()
    hold(code=1)
    arguments = json.loads(sys.argv[1])
    sys.argv = [arguments["root_directory"]]
    code = 1
    try:
        code = main(arguments)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    sys.exit(code)
