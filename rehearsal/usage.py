"""What is wrong with an order itself: options that do not go together, or that nobody would carry
out.
"""

from collections.abc import Sequence

from rehearsal import breaks

AROUND_HOSTS = ("nic-late", "firewall-closed-6443", "k3s-checksum")
"""Faults of the hosts' surroundings. The others are between the embedded runtime and its drivers,
where the real engine has providers of its own."""
NO_APP = "the real engine runs the cluster's program only, no app stack's"


def wrong(
    faults: Sequence[str], engine: str, *, app: bool, refresh: bool, lab: bool, keep: bool
) -> dict[str, str] | None:
    """The first thing that is wrong, as an entry of `errors`."""
    known = [fault.name for fault in breaks.CATALOGUE]
    unknown = [name for name in faults if name not in known]
    if unknown:
        rule, fix = f"known breaks: {', '.join(known)}", "--break list explains them"
        return _entry("--break", unknown[0], rule, fix)
    if engine not in ("embedded", "pulumi"):
        return _entry("--engine", engine, "must be embedded or pulumi", "leave it away")
    if keep and not lab:
        rule = "leaves a lab standing, and none was asked for"
        return _entry("--keep", "without --lab", rule, "add --lab")
    if engine == "pulumi":
        return _not_carried_out(faults, app=app, refresh=refresh, lab=lab)
    return None


def _not_carried_out(
    faults: Sequence[str], *, app: bool, refresh: bool, lab: bool
) -> dict[str, str] | None:
    """What the real engine would not do, although it was asked for."""
    if app:
        return _entry("--program", "with --engine pulumi", NO_APP, "leave --engine away")
    if not lab and (faults or refresh):
        rule = "without --lab the real engine only previews, on an empty project"
        option = "--break" if faults else "--refresh"
        return _entry(option, "with --engine pulumi", rule, "add --lab, or leave --engine away")
    between = [name for name in faults if name not in AROUND_HOSTS]
    if between:
        rule = (
            "the fault is injected before the embedded runtime's drivers, which the real engine "
            f"does not use; with it there are {', '.join(AROUND_HOSTS)}"
        )
        return _entry("--break", between[0], rule, "leave --engine away")
    return None


def _entry(path: str, value: str, rule: str, fix: str) -> dict[str, str]:
    return {"path": path, "value": value, "rule": rule, "fix": fix}
