"""One run of one stack, from request to result."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import grpc
from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

from rehearsal.runtime import language
from rehearsal.runtime.backend import Backend, Locked
from rehearsal.runtime.callbacks import Callbacks, Hooks, Transforms
from rehearsal.runtime.checkpoint import Checkpoint
from rehearsal.runtime.child import Program, clean_environment, program_environment
from rehearsal.runtime.cipher import WrongPassphrase
from rehearsal.runtime.deletion import Deletion
from rehearsal.runtime.deployment import Aborted, Deployment
from rehearsal.runtime.drivers.hcloud.api import NotLoopback
from rehearsal.runtime.drivers.registry import Registry
from rehearsal.runtime.drivers.stacks import StackReferences
from rehearsal.runtime.engine import EngineService
from rehearsal.runtime.execution import Execution
from rehearsal.runtime.journal import Journal
from rehearsal.runtime.model import Request, Result
from rehearsal.runtime.monitor import MonitorService
from rehearsal.runtime.outputs import stack_outputs
from rehearsal.runtime.policy.pack import PackFailed
from rehearsal.runtime.policy.packs import Packs
from rehearsal.runtime.reading import Reader
from rehearsal.runtime.recovery import recover
from rehearsal.runtime.refresh import Refresh
from rehearsal.runtime.registration import Registrar
from rehearsal.runtime.remote import RemoteComponents
from rehearsal.runtime.values import Properties, Secret
from rehearsal.runtime.verdict import judge, result

SERVER_THREADS: Final = 96
"""More than the SDK's client threads (4 * parallel): a transform re-enters while a call is held."""
_REFUSALS: Final = (
    NotLoopback,
    PackFailed,
    Locked,
    WrongPassphrase,
    FileNotFoundError,
    language.LanguageMissing,
)
"""What an operator can put right before a run begins."""
_MESSAGES: Final = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def run(request: Request) -> Result:
    """Preview, bring up or destroy a stack. Never raises for what an operator can put right."""
    journal = Journal(request.on_event)
    journal.learn({key: Secret(request.config[key]) for key in request.secret_keys})
    try:
        registry = Registry(request.drivers, clean_environment(os.environ, request))
        Packs.require(request.policy_packs)
        language.require(request.program)
        backend = Backend(request.backend, request.project)
        persist = not request.command.dry_run
        with ExitStack() as stack:
            if persist:
                stack.enter_context(backend.lock(request.stack))
            checkpoint = Checkpoint(backend, request.stack, request.passphrase, persist=persist)
            deployment = Deployment(request, checkpoint, registry, journal)
            session = _Session(deployment, backend)
            try:
                session.run()
            finally:
                checkpoint.close()
            return result(deployment, session.packs, _outputs(deployment))
    except _REFUSALS as error:
        journal.error("", str(error), refused=True)
        return result(None, None, {}, journal=journal)


def _outputs(deployment: Deployment) -> Properties:
    return {} if deployment.request.command.destroys else stack_outputs(deployment)


class _Session:
    """The services, packs and the program of one run."""

    def __init__(self, deployment: Deployment, backend: Backend) -> None:
        request = deployment.request
        self._run = deployment
        self._callbacks = Callbacks()
        transforms = Transforms(self._callbacks)
        hooks = Hooks(self._callbacks, dry_run=deployment.dry_run)
        self.packs = Packs(deployment)
        registrar = Registrar(deployment, Execution(deployment, hooks), self.packs)
        stacks = StackReferences(backend, request.project, request.passphrase)
        reader = Reader(deployment, registrar, stacks)
        self._components = RemoteComponents(deployment, registrar, self._line)
        self._monitor = MonitorService(
            deployment, registrar, self._components, reader, transforms, hooks
        )
        self._engine = EngineService(deployment)

    def run(self) -> None:
        """Everything that happens; why it did not go well is in the journal."""
        run = self._run
        try:
            recover(run)
        except Aborted:
            return
        command = run.request.command
        if (command.refreshes or run.request.refresh) and not Refresh(run).everything():
            return
        if command.refreshes:
            return
        if command.destroys:
            Deletion(run).everything()
            return
        with _serving(self._monitor, self._engine) as (monitor, engine):
            self._components.address = monitor
            try:
                environment = program_environment(os.environ, run.request)
                self.packs.start(engine, environment, self._line)
                self._program(monitor, engine)
            except PackFailed as error:
                run.journal.error("", str(error), refused=True)
            finally:
                self._components.close()
                self.packs.close()
                self._callbacks.close()
        judge(run, self.packs)

    def _program(self, monitor: str, engine: str) -> None:
        run = self._run
        program = Program(run.request, monitor, engine, self._line)
        try:
            while not (self._monitor.program_done.wait(0.02) or program.ended.is_set()):
                pass
            if self._monitor.program_done.is_set():
                self._finish()
            self._monitor.may_exit.set()
            self._conclude(program.wait())
        finally:
            self._monitor.may_exit.set()
            if program.running:
                program.kill()

    def _finish(self) -> None:
        """The program has registered everything: delete what is gone, judge what is there."""
        run = self._run
        if run.aborted or run.failed:
            return
        Deletion(run).leftovers()
        if not run.failed and not any(step.failed for step in run.journal.steps):
            try:
                self.packs.analyze_stack(
                    [one for one in run.checkpoint.records() if not one.delete]
                )
            except Aborted:
                return

    def _conclude(self, code: int) -> None:
        run = self._run
        if code == 0 or run.aborted:
            return
        reasons = [language.reason(text) for text in self._engine.errors if text.strip()]
        reason = reasons[-1] if reasons else f"it ended with exit code {code}"
        run.journal.conclude(f"the program failed: {reason}")

    def _line(self, severity: str, text: str) -> None:
        self._run.journal.say(severity, "", text)


@contextmanager
def _serving(monitor: MonitorService, engine: EngineService) -> Iterator[tuple[str, str]]:
    """Both services on one port of the loopback; the two addresses."""
    server: Any = grpc.server(ThreadPoolExecutor(SERVER_THREADS), options=_MESSAGES)
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}", f"127.0.0.1:{port}"
    finally:
        server.stop(grace=None).wait()
