"""Objects that a program only looks at: `X.get()`, StackReference and provider functions."""

from rehearsal.runtime import urn as urns
from rehearsal.runtime.deployment import Aborted, Answer, Deployment
from rehearsal.runtime.drivers.port import NotFound, OperationFailed
from rehearsal.runtime.drivers.stacks import STACK_REFERENCE, StackReferences
from rehearsal.runtime.journal import planned
from rehearsal.runtime.model import Op
from rehearsal.runtime.record import Record
from rehearsal.runtime.registration import Registrar
from rehearsal.runtime.values import UNKNOWN_TEXT, Properties, has_unknown, plain

GET_RESOURCE = "pulumi:pulumi:getResource"


class Reader:
    """Looks things up and records that the program depends on them."""

    def __init__(
        self, deployment: Deployment, registrar: Registrar, stacks: StackReferences
    ) -> None:
        self._run = deployment
        self._registrar = registrar
        self._stacks = stacks

    def read(self, draft: Record, version: str) -> Answer:
        """Look up the object with the id of `draft`; raises Aborted where it does not exist."""
        run = self._run
        if run.aborted:
            raise Aborted("the run has stopped")
        with run.lock:
            if draft.urn in run.seen:
                raise run.abort(draft.urn, f"Duplicate resource URN '{draft.urn}'")
            run.seen.add(draft.urn)
        provider = draft.provider or self._registrar.default_provider(
            draft.type, version, draft.urn
        )
        if draft.id in ("", UNKNOWN_TEXT):
            return Answer(draft.urn)
        step = run.journal.started(planned(draft.urn, Op.READ), draft.parent)
        try:
            outputs = self._look_up(draft, provider)
        except NotFound:
            raise run.abort(draft.urn, f"resource '{draft.id}' does not exist") from None
        except OperationFailed as error:
            raise run.abort(draft.urn, str(error)) from None
        record = Record(
            urn=draft.urn,
            type=draft.type,
            custom=True,
            id=draft.id,
            inputs=draft.inputs,
            outputs=outputs,
            parent=draft.parent,
            provider=provider,
            dependencies=draft.dependencies,
            external=True,
        )
        run.checkpoint.put(record, instead_of=run.checkpoint.old(draft.urn), quiet=True)
        run.journal.learn(outputs)
        run.journal.ended(step)
        return Answer(draft.urn, draft.id, outputs)

    def _look_up(self, draft: Record, provider: str) -> Properties:
        if draft.type == STACK_REFERENCE:
            return self._stacks.read(draft.id)
        run = self._run
        subject = run.subject(draft.urn, draft.type, provider)
        return run.registry.serving(draft.type).read(subject, draft.id).outputs

    def invoke(self, token: str, arguments: Properties, provider: str, version: str) -> Properties:
        """Call a provider function; nothing where an argument is not known yet."""
        run = self._run
        if run.aborted:
            raise Aborted("the run has stopped")
        if has_unknown(arguments):
            return {}
        if token == GET_RESOURCE:
            urn = str(plain(arguments.get("urn")))
            record = run.checkpoint.recorded(urn)
            if record is None:
                raise run.abort("", f"{GET_RESOURCE}: {urn!r} is not registered")
            return {"urn": urn, "id": record.id, "state": record.outputs}
        if not provider:
            self._registrar.default_provider(token, version, "")
        try:
            return run.registry.serving(urns.package_of(token)).invoke(token, plain(arguments))
        except OperationFailed as error:
            raise run.abort("", f"{token}: {error}") from None
