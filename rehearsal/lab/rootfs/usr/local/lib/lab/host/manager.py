"""All services of a host, and what is done when `systemctl` asks for a change."""

from collections.abc import Callable, Sequence

from . import enablement, queries, unit_file
from .answers import Answer, Order, Reply, parse
from .loop import Loop
from .recorded import record
from .service import Service
from .unit_file import full_name

NO_SUCH_UNIT = 5
JOBS = ("start", "stop", "restart", "try-restart", "reload", "reload-or-restart")


class Manager:
    """Holds a service for every unit that was ever asked for; a unit file is read once, and again
    after `daemon-reload`."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._services: dict[str, Service] = {}

    def service(self, name: str) -> Service | None:
        """The service of that unit, or None where there is no such unit."""
        unit = unit_file.find(full_name(name))
        if unit is None:
            return None
        return self._services.setdefault(unit.name, Service(unit, self._loop))

    def run_in_turn(self, steps: Sequence[Callable[[], Sequence[str]]]) -> None:
        """Start the units of each step together, and the next step when all have started or
        failed."""
        if not steps:
            return
        services = [found for name in steps[0]() if (found := self.service(name))]
        if not services:
            self.run_in_turn(steps[1:])
        waiting = len(services)

        def done(_well: bool) -> None:
            nonlocal waiting
            waiting -= 1
            if waiting == 0:
                self.run_in_turn(steps[1:])

        for service in services:
            service.start(done)

    def answer(self, arguments: Sequence[str], reply: Reply) -> None:
        """Carry out one `systemctl` command line and reply, now or when its job is done."""
        order = parse(arguments)
        if order.verb in JOBS:
            self._job(order, reply)
        elif order.verb in ("enable", "disable"):
            self._enablement(order, reply)
        elif order.verb == "daemon-reload":
            reply(self._daemon_reload())
        elif order.verb == "reset-failed":
            reply(self._reset_failed(order))
        elif order.verb in queries.VERBS:
            reply(queries.VERBS[order.verb](order, self.service))
        else:
            record("systemctl", arguments)
            reply(Answer())

    def _job(self, order: Order, reply: Reply) -> None:
        found = {full_name(name): self.service(name) for name in order.units}
        missing = [name for name, service in found.items() if service is None]
        if missing:
            said = [f"Failed to {order.verb} {name}: Unit {name} not found.\n" for name in missing]
            reply(Answer("", "".join(said), NO_SUCH_UNIT))
            return
        services = [service for service in found.values() if service]
        waiting = len(services)
        failed: list[str] = []

        def waiter(service: Service) -> Callable[[bool], None]:
            def done(well: bool) -> None:
                nonlocal waiting
                waiting -= 1
                if not well:
                    failed.append(service.unit.name)
                if waiting == 0 and not order.no_block:
                    reply(_job_answer(failed))

            return done

        for service in services:
            _begin(order.verb, service, waiter(service))
        if order.no_block or not services:
            reply(Answer())

    def _enablement(self, order: Order, reply: Reply) -> None:
        said: list[str] = []
        act = enablement.enable if order.verb == "enable" else enablement.disable
        for name in order.units:
            unit = unit_file.find(full_name(name))
            if unit is None:
                text = f"Failed to {order.verb} unit: Unit file {full_name(name)} does not exist.\n"
                reply(Answer("", text, 1))
                return
            said += act(unit)
        printed = order.lines(said)
        if not order.now:
            reply(Answer("", printed))
            return
        order.verb = "start" if order.verb == "enable" else "stop"
        self._job(order, lambda done: reply(Answer("", printed + done.stderr, done.code)))

    def _daemon_reload(self) -> Answer:
        for name, service in self._services.items():
            found = unit_file.find(name)
            if found is not None:
                service.unit = found
        return Answer()

    def _reset_failed(self, order: Order) -> Answer:
        for name in order.units or list(self._services):
            service = self.service(name)
            if service and service.active_state == "failed":
                service.active_state, service.sub_state, service.restarts = "inactive", "dead", 0
        return Answer()


def _begin(verb: str, service: Service, done: Callable[[bool], None]) -> None:
    if verb == "start":
        service.start(done)
    elif verb == "stop":
        service.stop(done)
    elif verb == "try-restart" and service.active_state != "active":
        done(True)
    elif verb == "reload" or (verb == "reload-or-restart" and service.active_state == "active"):
        service.reload(done)
    else:
        service.restart(done)


def _job_answer(failed: Sequence[str]) -> Answer:
    because = "failed because the control process exited with error code."
    said = "".join(f"Job for {name} {because}\n" for name in failed)
    return Answer("", said, 1 if failed else 0)
