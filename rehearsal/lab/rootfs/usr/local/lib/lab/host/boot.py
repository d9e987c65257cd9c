"""The first process of a host: boots it as systemd would, then manages its services for ever.

cloud-init's four stages are Debian's own units, started in the order in which they depend on each
other; sshd and all enabled units start between the second and the third, as on a real server.
"""

import traceback
from collections.abc import Sequence
from pathlib import Path

from . import sysctl
from .control import serve
from .enablement import enabled
from .loop import Loop
from .manager import Manager

RUN = Path("/run")
STEPS = (
    lambda: ["cloud-init-local.service"],
    lambda: ["cloud-init.service"],
    enabled,
    lambda: ["cloud-config.service"],
    lambda: ["cloud-final.service"],
)
"""Units that start together; asked for when their turn has come, for a step may enable more."""


def main(_arguments: Sequence[str]) -> int:
    """Never returns; the host ends with this process."""
    for path in ("systemd/system", "lab", "cloud-init"):
        (RUN / path).mkdir(parents=True, exist_ok=True)
    (RUN / "cloud-init" / "enabled").touch()  # what cloud-init's systemd generator leaves
    sysctl.main(["--system"])
    loop = Loop()
    manager = Manager(loop)
    serve(manager, loop)
    manager.run_in_turn(STEPS)
    while True:
        try:
            loop.turn()
        except Exception:  # the host would end with this process
            traceback.print_exc()
