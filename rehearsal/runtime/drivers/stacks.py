"""StackReference: the outputs of another stack in the same backend."""

from typing import Final

from rehearsal.runtime.backend import ORGANIZATION, Backend
from rehearsal.runtime.cipher import Cipher, WrongPassphrase
from rehearsal.runtime.drivers.port import OperationFailed
from rehearsal.runtime.record import decode_value
from rehearsal.runtime.urn import STACK_TYPE
from rehearsal.runtime.values import Properties, Secret, has_secret

STACK_REFERENCE: Final = "pulumi:pulumi:StackReference"


class StackReferences:
    """Reads other stacks. Their secrets stay secret; the same passphrase must open them."""

    def __init__(self, backend: Backend, project: str, passphrase: str) -> None:
        self._backend = backend
        self._project = project
        self._passphrase = passphrase

    def read(self, name: str) -> Properties:
        """The properties of a StackReference; raises OperationFailed for an unknown stack."""
        parts = name.split("/")
        if len(parts) == 3 and parts[0] == ORGANIZATION:
            project, stack = parts[1], parts[2]
        elif len(parts) == 1:
            project, stack = self._project, parts[0]
        else:
            raise OperationFailed(
                f"{name!r} is not the name of a stack: with a file backend it is "
                f"{ORGANIZATION}/<project>/<stack>"
            )
        deployment = self._backend.read(stack, project)
        if deployment is None:
            raise OperationFailed(f'unknown stack "{name}"')
        outputs: Properties = {}
        for entry in deployment.get("resources") or ():
            if entry["type"] == STACK_TYPE:
                salt = deployment["secrets_providers"]["state"]["salt"]
                try:
                    cipher = Cipher.unlock(self._passphrase, salt)
                    outputs = decode_value(entry.get("outputs") or {}, cipher)
                except WrongPassphrase as error:
                    raise OperationFailed(f"stack {name!r} cannot be read: {error}") from None
        secret = [key for key, value in outputs.items() if has_secret(value)]
        return {
            "name": name,
            "outputs": {key: _sealed(value) for key, value in outputs.items()},
            "secretOutputNames": secret,
        }


def _sealed(value: object) -> object:
    return Secret(value) if has_secret(value) and not isinstance(value, Secret) else value
