"""A run that is killed leaves a state the next run can work with, and no process behind."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from rehearsal.hetzner import Answer, HetznerSimulator, HetznerState, serve
from rehearsal.hetzner import Request as Call
from tests.rehearsal.runtime.workbench import PROJECT, STACK, Workbench, done

ROOT = Path(__file__).parents[3]
LIMIT_S = 60
PROGRAM = """
net = hcloud.Network("net", name="n", ip_range="10.0.0.0/16")
sub = hcloud.NetworkSubnet("sub", network_id=net.id.apply(int), type="cloud",
    network_zone="eu-central", ip_range="10.0.1.0/24")
if cfg.get_bool("server") is not False:
    hcloud.Server("s", name="s", server_type="cpx22", image="ubuntu-24.04", location="nbg1",
        networks=[{"network_id": net.id.apply(int), "ip": "10.0.1.5", "alias_ips": []}],
        opts=O(depends_on=[sub]))
"""
RUNNER = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.rehearsal.runtime.workbench import Workbench
folder, endpoint, program, config = sys.argv[1:5]
import json
Workbench(Path(folder), None, endpoint).up(program, config=json.loads(config))
"""


class SilentSimulator(HetznerSimulator):
    """Carries out one call and never answers it."""

    def __init__(self, method: str, path: str, *, before: bool = False) -> None:
        super().__init__(HetznerState())
        self._silent = (method, path)
        self._before = before
        self.reached = threading.Event()
        self.released = threading.Event()

    def handle(self, request: Call, token: str | None) -> Answer | None:
        hit = self._silent[0] == request.method and request.path.endswith(self._silent[1])
        if hit and not self.reached.is_set():
            answer = None if self._before else super().handle(request, token)
            self.reached.set()
            self.released.wait(LIMIT_S)
            return answer
        return super().handle(request, token)


def killed(simulator: SilentSimulator, folder: Path, endpoint: str, **config: str) -> None:
    """Run in a process of its own and kill it while its call waits for an answer."""
    full = json.dumps({f"{PROJECT}:{key}": value for key, value in config.items()})
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER.format(root=str(ROOT)), folder, endpoint, PROGRAM, full],
        start_new_session=True,
    )
    try:
        assert simulator.reached.wait(LIMIT_S)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        simulator.released.set()


def pending(folder: Path) -> list[str]:
    path = folder / f"backend/.pulumi/stacks/{PROJECT}/{STACK}.json"
    latest = json.loads(path.read_text())["checkpoint"]["latest"]
    return [one["type"] for one in latest.get("pending_operations") or ()]


def test_a_server_made_by_a_killed_run_is_adopted_and_finished(tmp_path: Path) -> None:
    """Killed between creation and attachment: found by its name, attached, kept."""
    simulator = SilentSimulator("POST", "/servers")
    with serve(simulator) as endpoint:
        killed(simulator, tmp_path, endpoint)
        assert pending(tmp_path) == ["creating"]
        assert len(simulator.servers()) == 1
        bench = Workbench(tmp_path, simulator, endpoint)
        warned = bench.preview(PROGRAM)
        assert any("the next up looks it up" in one.message for one in warned.diagnostics)
        result = bench.up(PROGRAM)
        assert result.errors == ()
        (server,) = simulator.servers()
        assert [one.ip for one in server.attachments] == ["10.0.1.5"]
        assert any("adopted" in one.message for one in result.diagnostics)
        assert pending(tmp_path) == []
        assert done(bench.up(PROGRAM)) == []


def test_a_server_that_was_never_made_is_simply_created(tmp_path: Path) -> None:
    """Killed before the call arrived."""
    simulator = SilentSimulator("POST", "/servers", before=True)
    with serve(simulator) as endpoint:
        killed(simulator, tmp_path, endpoint)
        assert simulator.servers() == []
        result = Workbench(tmp_path, simulator, endpoint).up(PROGRAM)
        assert done(result) == [("s", "create")]
        assert len(simulator.servers()) == 1


def test_somebody_elses_server_with_the_name_is_not_adopted(tmp_path: Path) -> None:
    """Another type: one sentence says what to do, and nothing happens."""
    simulator = SilentSimulator("POST", "/servers")
    with serve(simulator) as endpoint:
        killed(simulator, tmp_path, endpoint)
        (record,) = simulator.state.servers.values()
        record.labels = {"by": "hand"}
        changed = PROGRAM.replace('location="nbg1"', 'location="nbg1", labels={"a": "b"}')
        path = tmp_path / f"backend/.pulumi/stacks/{PROJECT}/{STACK}.json"
        path.write_text(path.read_text().replace('"location": "nbg1"', '"location": "fsn1"'))
        result = Workbench(tmp_path, simulator, endpoint).up(changed)
        assert result.refused
        assert "rename or delete it first" in result.errors[0]
        assert len(simulator.servers()) == 1


def test_an_adopted_server_can_be_destroyed_at_once(tmp_path: Path) -> None:
    """The orphan does not stay behind."""
    simulator = SilentSimulator("POST", "/servers")
    with serve(simulator) as endpoint:
        killed(simulator, tmp_path, endpoint)
        assert Workbench(tmp_path, simulator, endpoint).destroy().errors == ()
        assert simulator.is_empty()


def test_a_delete_that_was_carried_out_by_a_killed_run_is_no_error(tmp_path: Path) -> None:
    """The real engine fails with 404 here (recording 20.9)."""
    simulator = SilentSimulator("DELETE", "")
    with serve(simulator) as endpoint:
        bench = Workbench(tmp_path, simulator, endpoint)
        bench.up(PROGRAM)
        killed(simulator, tmp_path, endpoint, server="false")
        assert pending(tmp_path) == ["deleting"]
        assert simulator.servers() == []
        result = bench.up(PROGRAM, config={f"{PROJECT}:server": "false"})
        assert result.errors == ()
        assert "s" not in bench.state()


def test_the_lock_of_a_killed_run_is_gone_with_it(tmp_path: Path) -> None:
    """No `pulumi cancel`."""
    simulator = SilentSimulator("POST", "/servers", before=True)
    with serve(simulator) as endpoint:
        killed(simulator, tmp_path, endpoint)
        assert Workbench(tmp_path, simulator, endpoint).destroy().succeeded


@pytest.mark.parametrize("module", ["leash", "launch"])
def test_a_child_on_the_leash_ends_with_its_parent(tmp_path: Path, module: str) -> None:
    """A pack serves for ever otherwise; the program would wait for its monitor."""
    folder = ROOT / "rehearsal" / "runtime"
    if module == "leash":
        (tmp_path / "forever.py").write_text(
            "import time\nprint('up', flush=True)\ntime.sleep(600)\n"
        )
        arguments = [str(folder / "leash.py"), "forever"]
    else:
        code = "print('up', flush=True)\nimport time\ntime.sleep(600)\n"
        (tmp_path / "__main__.py").write_text(code)
        settings = {"project": "p", "stack": "s", "parallel": 1, "root_directory": str(tmp_path)}
        arguments = [str(folder / "launch.py"), json.dumps(settings)]
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-u", *arguments],
        cwd=tmp_path,
        stdin=reader,
        stdout=subprocess.PIPE,
        text=True,
    )
    os.close(reader)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    os.close(writer)
    assert process.wait(LIMIT_S) == 1
    process.stdout.close()


def test_a_run_leaves_no_process_behind(bench: Workbench) -> None:
    """The program's process is gone when the result is there."""
    result = bench.up(
        textwrap.dedent(
            """
            import os
            pulumi.export("pid", os.getpid())
            """
        )
    )
    pid = int(result.outputs["pid"])
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
