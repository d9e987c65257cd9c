"""One container as a process: started, watched, started again."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from rehearsal.lab.k3s import clock
from rehearsal.lab.k3s.api import Object
from rehearsal.lab.k3s.child import Child
from rehearsal.lab.k3s.go_words import reason
from rehearsal.lab.k3s.kubelet.environment import CannotStart, Configuration, environment, expand
from rehearsal.lab.k3s.kubelet.place import Place
from rehearsal.lab.k3s.kubelet.probes import Probe

REGISTRY = "lab.sovereign/"
_RETRY_S = 1.0
_BACK_OFF_S = 10
_CALM_S = 60


class Container:
    """The container `said` (of the pod's spec) of `pod`; `changed` is called when its state is."""

    def __init__(
        self,
        place: Place,
        pod: Object,
        said: Object,
        changed: Callable[[], None],
        before: Mapping[str, object] | None = None,
    ) -> None:
        self._place, self._pod, self._said, self._changed = place, pod, said, changed
        self.name = str(said["name"])
        self.state: Object = {"waiting": {"reason": "ContainerCreating"}}
        self.last: Object = {}
        self.restarts = 0
        self.ready = False
        self.started = False
        self._child: Child | None = None
        self._since = ""
        self._known = dict(before or {})
        self._remember()

    async def run(
        self, configuration: Configuration, variables: Mapping[str, str], policy: str
    ) -> int:
        """Run it as often as `policy` (Always, OnFailure, Never) asks; its last exit code."""
        back_off = 1
        while True:
            child, known = await self._start(configuration, variables)
            code, lasted = await self._watch(child, known)
            if policy == "Never" or (policy == "OnFailure" and code == 0):
                return code
            back_off = 1 if lasted > _CALM_S else back_off
            self.last = self.state
            self._rotate()
            self._wait_for(
                "CrashLoopBackOff",
                f"back-off {back_off}s restarting failed container={self.name} "
                f"pod={self._pod['metadata']['name']}",
            )
            self.restarts += 1
            await asyncio.sleep(back_off)
            back_off = min(back_off * 2, _BACK_OFF_S)

    async def stop(self, grace_s: float) -> None:
        """End its process."""
        if self._child is not None:
            await self._child.stop(grace_s)

    def status(self) -> Object:
        """As `status.containerStatuses` has it."""
        return {
            "name": self.name,
            "image": self._said["image"],
            "imageID": self._said["image"],
            "ready": self.ready,
            "started": self.started,
            "restartCount": self.restarts,
            "state": self.state,
            "lastState": self.last,
        }

    @property
    def log(self) -> Path:
        """What the current run prints."""
        metadata = self._pod["metadata"]
        name = f"{metadata['namespace']}_{metadata['name']}_{self.name}.log"
        return self._place.paths.pod_logs / name

    async def _start(
        self, configuration: Configuration, variables: Mapping[str, str]
    ) -> tuple[Child, dict[str, str]]:
        while True:
            try:
                program = self._program()
                found = await environment(self._place, self._pod, self._said, configuration)
                known = {**found, **variables}
                said = [*self._said.get("command", ()), *self._said.get("args", ())]
                child = await Child.start(
                    [str(program), *(expand(str(word), known) for word in said)], self.log, known
                )
            except CannotStart as problem:
                self._wait_for(problem.reason, str(problem))
            except (OSError, TimeoutError) as problem:
                self._wait_for("CreateContainerError", reason(problem))
            else:
                self._child = child
                self._since = clock.now()
                self.state = {"running": {"startedAt": self._since}}
                self._changed()
                return child, known
            await asyncio.sleep(_RETRY_S)

    async def _watch(self, child: Child, known: Mapping[str, str]) -> tuple[int, float]:
        began = asyncio.get_running_loop().time()
        probing = asyncio.create_task(self._probe(known))
        code = await child.wait()
        probing.cancel()
        self._child = None
        self.ready = self.started = False
        self.state = {
            "terminated": {
                "exitCode": code if code >= 0 else 128 - code,
                "reason": "Completed" if code == 0 else "Error",
                "message": child.last_line(),
                "startedAt": self._since,
                "finishedAt": clock.now(),
            }
        }
        self._changed()
        return code, asyncio.get_running_loop().time() - began

    async def _probe(self, known: Mapping[str, str]) -> None:
        """Started once its start-up probe passes; then ready as its readiness probe says."""
        startup, readiness = (self._probe_of(kind) for kind in ("startupProbe", "readinessProbe"))
        if startup is not None:
            await asyncio.sleep(startup.delay_s)
            while not await startup.passes(known):
                await asyncio.sleep(startup.period_s)
        self.started = True
        if readiness is None:
            self._set_ready(True)
            return
        await asyncio.sleep(readiness.delay_s)
        failed = 0
        while True:
            passed = await readiness.passes(known)
            failed = 0 if passed else failed + 1
            if passed or failed >= readiness.failures:
                self._set_ready(passed)
            await asyncio.sleep(readiness.period_s if self.ready else min(readiness.period_s, 1))

    def _probe_of(self, kind: str) -> Probe | None:
        said = self._said.get(kind)
        address = self._place.address if self._pod["spec"].get("hostNetwork") else "127.0.0.1"
        return Probe(said, self._said, address) if said else None

    def _set_ready(self, ready: bool) -> None:
        if ready != self.ready:
            self.ready = ready
            self._changed()

    def _program(self) -> Path:
        image = str(self._said["image"])
        name = image.removeprefix(REGISTRY).partition("@")[0].partition(":")[0]
        program = self._place.paths.images / name
        if not image.startswith(REGISTRY) or not name or not program.is_file():
            raise CannotStart(
                "ErrImagePull",
                f'failed to pull image "{image}": the lab runs images of {REGISTRY} only, '
                f"from {self._place.paths.images}",
            )
        return program

    def _wait_for(self, reason: str, message: str) -> None:
        waiting = {"waiting": {"reason": reason, "message": message}}
        if self.state != waiting:
            self.state = waiting
            self._changed()

    def _rotate(self) -> None:
        """What a run printed is the previous run's from its end on."""
        if self.log.is_file():
            self.log.replace(self.log.with_name(f"{self.log.name}.previous"))

    def _remember(self) -> None:
        """Go on from what the API knew before this k3s started: that run is over."""
        if not self._known:
            return
        self._rotate()
        self.restarts = int(str(self._known.get("restartCount", 0)))
        state = self._known.get("state")
        last = self._known.get("lastState")
        self.last = dict(last) if isinstance(last, dict) else {}
        if isinstance(state, dict) and "running" in state:
            self.restarts += 1
            self.last = {
                "terminated": {
                    "exitCode": 255,
                    "reason": "Unknown",
                    "startedAt": state["running"].get("startedAt"),
                    "finishedAt": clock.now(),
                }
            }
