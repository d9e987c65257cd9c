"""What `systemctl` is told of units without changing any."""

from collections.abc import Callable, Mapping

from . import enablement, unit_file
from .answers import Answer, Order
from .service import Service
from .unit_file import full_name

NOT_RUNNING = 3
NOT_THERE = 4
Find = Callable[[str], Service | None]


def is_active(order: Order, find: Find) -> Answer:
    """Exit code 0 where one of the units is."""
    states = _states(order, find)
    return Answer(order.lines(states), "", 0 if "active" in states else NOT_RUNNING)


def is_failed(order: Order, find: Find) -> Answer:
    """Exit code 0 where one of the units is."""
    states = _states(order, find)
    return Answer(order.lines(states), "", 0 if "failed" in states else 1)


def is_enabled(order: Order, _find: Find) -> Answer:
    """Exit code 0 where one of the units is enabled or needs not be."""
    said, errors = [], []
    for name in map(full_name, order.units):
        unit = unit_file.find(name)
        if unit is None:
            errors.append(f"Failed to get unit file state for {name}: No such file or directory")
        else:
            said.append(enablement.state(unit))
    well = any(state in ("enabled", "static") for state in said)
    return Answer(order.lines(said), order.lines(errors), 0 if well else 1)


def is_system_running(_order: Order, _find: Find) -> Answer:
    """Always."""
    return Answer("running\n")


def show(order: Order, find: Find) -> Answer:
    """Properties, also of a unit that does not exist; those unknown here are empty."""
    lines = []
    for name in order.units:
        found = properties(find(name), full_name(name))
        for key in order.properties or found:
            value = found.get(key, "")
            lines.append(value if order.value else f"{key}={value}")
    return Answer("".join(f"{line}\n" for line in lines))


def cat(order: Order, _find: Find) -> Answer:
    """The unit files."""
    printed = ""
    for name in map(full_name, order.units):
        unit = unit_file.find(name)
        if unit is None:
            return Answer("", f"No files found for {name}.\n", 1)
        printed += f"# {unit.path}\n{unit.text}\n"
    return Answer(printed)


def status(order: Order, find: Find) -> Answer:
    """A few lines for people."""
    printed, code = "", 0
    for name in order.units:
        service = find(name)
        if service is None:
            return Answer("", f"Unit {full_name(name)} could not be found.\n", NOT_THERE)
        unit = service.unit
        described = "".join(unit.all("Unit", "Description")[-1:])
        printed += (
            f"{unit.name} - {described}\n"
            f"   Loaded: loaded ({unit.path}; {enablement.state(unit)})\n"
            f"   Active: {service.active_state} ({service.sub_state})\n"
            f" Main PID: {service.main_pid}\n"
        )
        code = code if service.active_state == "active" else NOT_RUNNING
    return Answer(printed, "", code)


def properties(service: Service | None, name: str) -> dict[str, str]:
    """Everything that `show` knows of a unit."""
    if service is None:
        return {"Id": name, "LoadState": "not-found", "ActiveState": "inactive", "SubState": "dead"}
    return {
        "Id": service.unit.name,
        "LoadState": "loaded",
        "ActiveState": service.active_state,
        "SubState": service.sub_state,
        "MainPID": str(service.main_pid),
        "InvocationID": service.invocation,
        "NRestarts": str(service.restarts),
        "Result": service.result,
        "UnitFileState": enablement.state(service.unit),
        "FragmentPath": str(service.unit.path),
    }


def _states(order: Order, find: Find) -> list[str]:
    found = (find(name) for name in order.units)
    return [service.active_state if service else "inactive" for service in found]


VERBS: Mapping[str, Callable[[Order, Find], Answer]] = {
    "cat": cat,
    "is-active": is_active,
    "is-enabled": is_enabled,
    "is-failed": is_failed,
    "is-system-running": is_system_running,
    "show": show,
    "status": status,
}
