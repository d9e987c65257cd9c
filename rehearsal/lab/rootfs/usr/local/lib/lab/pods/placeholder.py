"""A pod that stands in for a program and does none of its work. It needs what that program needs at
its start: a way to the API's Service."""

import os
import signal
import sys
from typing import NoReturn

from . import dialing
from .condition import Condition


def main() -> NoReturn:
    """Arguments: NAME, what it stands in for."""
    name, what = (*sys.argv[1:], "placeholder", "a program")[:2]
    condition = Condition(name)
    host = os.environ["KUBERNETES_SERVICE_HOST"]
    failure = dialing.failure(host, int(os.environ["KUBERNETES_SERVICE_PORT"]))
    if failure:
        condition.fail(failure)
    condition.done()
    condition.say(f"{name}: stands in for {what}, and does nothing")
    signal.sigwait({signal.SIGTERM})
    sys.exit(0)
