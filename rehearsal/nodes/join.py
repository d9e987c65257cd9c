"""`join.sh`: makes a host a k3s server or agent, or says in k3s' words why it does not become
one."""

import hashlib
import json
import re
from dataclasses import replace

from rehearsal.nodes import tokens
from rehearsal.nodes.boot import run_commands
from rehearsal.nodes.departure import STAYS_OUT
from rehearsal.nodes.k3s import K3s, Role, Unreadable, read, running, start_failure
from rehearsal.nodes.k3s_words import SERVER_REQUIRED, TOKEN_REQUIRED
from rehearsal.nodes.membership import Application, admit, initialize
from rehearsal.nodes.ports import Outcome
from rehearsal.nodes.session import DIAGNOSE, Session, failed

API_PORT = 6443
BINARY = "/usr/local/bin/k3s"
UNITS: dict[str, str] = {"server": "k3s", "agent": "k3s-agent"}
KERNEL_SETTINGS = "/etc/sysctl.d/90-kubelet.conf"
_NAMED_FILES = re.compile(
    r"^(?P<kernel>protect-kernel-defaults: true)$|^ *- *[a-z-]*-file=(?P<path>.*)$", re.MULTILINE
)
_VERSION = re.compile(r"v\d+\.\d+\.\d+(?:%2B|\+)k3s\d+", re.IGNORECASE)


def join(session: Session) -> Outcome:
    """The whole script."""
    limit = session.variable("LIMIT_S")
    role = session.variable("ROLE")
    if role not in UNITS:
        return failed(f'{session.name}: ROLE is "{role}", but must be server or agent.')
    stopped = _prepare(session)
    if stopped:
        return stopped
    session, creates = _toward_a_living_cluster(session)
    checks = (_missing_files, _version_step, _fetch_binary, *((_orphans,) if creates else ()))
    stopped = next((stop for check in checks if (stop := check(session))), None)
    return stopped or _start(session, "server" if role == "server" else "agent", limit)


def _prepare(session: Session) -> Outcome | None:
    """Wait for cloud-init, and give its commands their second chance."""
    boot = session.booted()
    if DIAGNOSE not in session.world.config(session.machine).files:
        return _stop(
            session,
            f"{session.name}: cloud-init ended with 1 and left no "
            f"{DIAGNOSE.rpartition('/')[0]}, so the server did "
            "not boot from the user_data of this program; replace it by raising its generation.",
        )
    if boot.commands_failed and not boot.errors:
        run_commands(session.node, boot)
    if boot.failed:
        session.host.failure = boot.commands_failed or boot.errors[0]
        return session.diagnosed(
            f"{session.name}: cloud-init failed, so k3s is not started; the reason is above."
        )
    return None


def _toward_a_living_cluster(session: Session) -> tuple[Session, bool]:
    """A server that would create a cluster joins the one that its peers run, if any; whether it
    would still create one."""
    if (
        session.variable("ROLE") != "server"
        or session.variable("SERVER_URL")
        or session.host.cluster
    ):
        return session, False
    for peer in session.variables.get("PEERS", "").split():
        if session.world.answering_server(peer, API_PORT) is not None:
            config = re.sub("^cluster-init:.*$", "", session.variable("CONFIG"), flags=re.MULTILINE)
            changed = {"SERVER_URL": f"https://{peer}:{API_PORT}", "CONFIG": config}
            return replace(session, variables={**session.variables, **changed}), False
    return session, True


def _orphans(session: Session) -> Outcome | None:
    """Kubelets that answer while no control plane does: their cluster is not created again."""
    for worker in session.variables.get("WORKERS", "").split():
        if session.world.kubelet_answers(worker):
            return _stop(
                session,
                f"{session.name}: the kubelet at {worker} belongs to a cluster whose control plane "
                "is gone, and this server does not create an empty one in its place; restore it "
                'from a snapshot (docs/operations.md, "The only control plane is lost"), or '
                "destroy the environment.",
            )
    return None


def _missing_files(session: Session) -> Outcome | None:
    """Files that options name come with user_data, which a running server never gets again."""
    present = session.world.config(session.machine).files
    named = [
        KERNEL_SETTINGS if match["kernel"] else match["path"]
        for match in _NAMED_FILES.finditer(session.variable("CONFIG"))
    ]
    missing = " ".join(path for path in named if path not in present)
    if not missing:
        return None
    return _stop(
        session,
        f"{session.name}: k3s would not start without {missing}, which this server never got; "
        "raise its generation, or leave hardening as it was.",
    )


def _version_step(session: Session) -> Outcome | None:
    """One Kubernetes minor at a time, never back."""
    host, wanted = session.host, session.variable("K3S_VERSION")
    installed = _VERSION.search(host.installed.get(BINARY, ""))
    if not host.started_from or installed is None:
        return None
    running_version = _plain(installed)
    if _minor(wanted) - _minor(running_version) in (0, 1):
        return None
    return _stop(
        session,
        f"{session.name}: k3s version {running_version} runs here and {wanted} is asked for; "
        "Kubernetes moves one minor at a time and never back.",
    )


def _plain(version: re.Match[str]) -> str:
    """A version as k3s spells it, whatever its URL did to the plus sign."""
    return re.sub("%2b", "+", version.group(), flags=re.IGNORECASE)


def _minor(version: str) -> int:
    return int(version.split(".")[1])


def _fetch_binary(session: Session) -> Outcome | None:
    url, version = session.variable("BINARY_URL"), session.variable("K3S_VERSION")
    failure = session.downloads.fetch(
        url, BINARY, session.variable("BINARY_SHA256"), session.variable("CHECKSUM_URL")
    )
    if failure:
        return _stop(session, failure)
    published = _VERSION.search(url)
    if published and _plain(published) != version:
        return _stop(
            session,
            f"{session.name}: {url} is not k3s {version}, which the plan asks for; "
            "correct its entry in sovereign/artifacts.yaml.",
        )
    return None


def _start(session: Session, role: Role, limit: str) -> Outcome:
    host, unit = session.host, UNITS[role]
    starting_from = _starting_from(session, role)
    done = f"{session.name}: {unit} {session.variable('K3S_VERSION')} is active"
    if host.started_from == starting_from and session.world.serves(host):
        return Outcome(f"{done} (unchanged)\n", "", 0)
    if f"/etc/systemd/system/{unit}.service" not in session.world.config(session.machine).files:
        return _stop(session, f"Failed to enable unit: Unit file {unit}.service does not exist.")
    host.failure = _failure(session, role)
    if host.failure:
        host.active = False
        return session.diagnosed(
            f"{session.name}: {unit} is not active after {limit} s (systemd restarted it "
            f"{int(limit) // 10} times); "
            "see its last errors above."
        )
    if role == "server":
        host.files[STAYS_OUT] = "[Service]\nExecCondition=/usr/bin/test ! -e tombstone\n"
    host.started_from = starting_from
    return Outcome(f"{done} (restarted)\n", "", 0)


def _stop(session: Session, sentence: str) -> Outcome:
    """End with that sentence and keep it as what stands between this host and the cluster."""
    session.host.failure = sentence
    return failed(sentence)


def _failure(session: Session, role: Role) -> str:
    """Start k3s with its new configuration; answer with why it does not stay up, or an empty
    text."""
    try:
        configured = read(role, session.variable("CONFIG"))
    except Unreadable as problem:
        return str(problem)
    boot = session.booted()
    failure = start_failure(
        running(configured),
        addresses=session.machine.addresses,
        sysctls=boot.sysctls,
        files=session.world.config(session.machine).files,
    )
    return failure or _apply(session, configured)


def _apply(session: Session, configured: K3s) -> str:
    url, token = session.variable("SERVER_URL"), session.variable("TOKEN")
    agent = configured.role == "agent"
    if not token and (url or agent):
        return TOKEN_REQUIRED
    if agent and not url:
        return SERVER_REQUIRED
    agent_token = "" if agent else session.variable("AGENT_TOKEN")
    application = Application(
        session=session,
        configured=configured,
        server_url=url,
        token=tokens.parse(token),
        agent_token=tokens.parse(agent_token).fingerprint if agent_token else "",
    )
    first = not agent and not url and not session.host.cluster
    return initialize(application) if first else admit(application)


def _starting_from(session: Session, role: Role) -> str:
    """Digest of what k3s would be started from; tokens count only by their fingerprint, and whom to
    join not at all: that matters at the first start.
    """
    agent_token = session.variable("AGENT_TOKEN") if role == "server" else ""
    parts = [
        session.host.installed.get(BINARY, ""),
        role,
        re.sub("^cluster-init:.*\n?", "", session.variable("CONFIG"), flags=re.MULTILINE),
        tokens.fingerprint(session.variable("TOKEN")),
        tokens.fingerprint(agent_token),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
