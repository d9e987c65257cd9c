"""What each kind of hcloud resource must bring along."""

from typing import Any, Protocol, runtime_checkable

from rehearsal.runtime.drivers.hcloud.api import Api
from rehearsal.runtime.drivers.port import Created
from rehearsal.runtime.values import Properties


class Handler(Protocol):
    """The calls for one resource type, in the order in which the real provider makes them."""

    def create(self, api: Api, inputs: Properties) -> Created:
        """Make the object."""
        ...

    def update(
        self, api: Api, id_: str, before: Properties, inputs: Properties, changed: set[str]
    ) -> Properties:
        """Change what is in `changed`; `before` are the old outputs. The new outputs."""
        ...

    def delete(self, api: Api, id_: str, before: Properties) -> None:
        """Delete the object."""
        ...

    def read(self, api: Api, id_: str) -> Properties:
        """The outputs of an existing object."""
        ...

    def find(self, api: Api, inputs: Properties) -> Created | None:
        """The object that these inputs would have made, finished where that is needed."""
        ...


@runtime_checkable
class Remembering(Protocol):
    """A handler that needs the inputs of the state to read an object again: the API does not repeat
    them all."""

    def refresh(self, api: Api, id_: str, inputs: Properties) -> Properties:
        """The outputs of an object of the state as the API shows it now."""
        ...


def given(inputs: Properties, **names: str) -> dict[str, Any]:
    """The body of a call: API name = input name; what is absent or empty is left out."""
    return {
        api_name: inputs[name]
        for api_name, name in names.items()
        if inputs.get(name) not in (None, "", [], {})
    }


def changed_body(inputs: Properties, changed: set[str], **names: str) -> dict[str, Any]:
    """The body of a PUT: only what changed; removed labels are sent as none."""
    return {
        api_name: inputs.get(name) if name != "labels" else inputs.get(name) or {}
        for api_name, name in names.items()
        if name in changed
    }
