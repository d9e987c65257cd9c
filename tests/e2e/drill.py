"""The lab's drills on the real engine, run as a program of its own: `python drill.py SCENARIO`, in
a directory like a clone. It becomes a process inside the lab's network, and prints one JSON object.
"""

from dataclasses import replace

from rehearsal.lab import engine
from rehearsal.lab.session import LabSession
from rehearsal.order import Order
from rehearsal.report import Report
from sovereign.recover.engine import EngineStack
from sovereign.recover.model import Stack
from tests.rehearsal.lab.drill import CONSOLE, STACK, Drill, made, main


class EngineDrill(Drill):
    """A lab with a session open in it, driven by `pulumi`."""

    def carry_out(self, order: Order, session: LabSession) -> Report:
        """One `pulumi up`, and the nodes after it."""
        asked = replace(order, engine="pulumi", keep=True)
        return engine.carry_out(asked, self.workspace, session, CONSOLE)

    def stack(self) -> Stack:
        """The engine's state."""
        order, place = made(*self.settings), self.workspace.engine
        cli = engine.opened(order.cluster, STACK, place, self.session.endpoint)
        return EngineStack(cli.pulumi, cli.directory, cli.stack, cli.environment)


if __name__ == "__main__":
    main(EngineDrill)
