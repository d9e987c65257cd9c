"""Run a Python module, or the `__main__.py` of a directory, that dies with whoever started it.

Started as a file (`python -u leash.py <module or directory> <arguments>`), possibly with another
environment's Python, so it uses the standard library only. Standard input is a pipe from the
parent: when it ends, the parent is gone, and so is this process. A policy pack would otherwise
serve for ever.
"""

import os
import runpy
import sys
import threading


def hold(code: int) -> None:
    """Leave as soon as standard input ends."""

    def watch() -> None:
        while os.read(0, 1):
            pass
        os._exit(code)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    hold(code=1)
    target = sys.argv[1]
    sys.argv = [target, *sys.argv[2:]]
    if os.path.isdir(target):  # noqa: PTH112 - nothing but what it needs is imported
        del sys.path[0]  # it is this file's; run_path adds the directory
        runpy.run_path(target, run_name="__main__")
    else:
        sys.path[0] = str(os.getcwd())  # noqa: PTH109 - as `python -m` does it
        runpy.run_module(target, run_name="__main__", alter_sys=True)
