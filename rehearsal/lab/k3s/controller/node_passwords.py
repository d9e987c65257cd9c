"""The password of a node that was deleted is forgotten, so that its name can be used again."""

from rehearsal.lab.k3s.api import Refused
from rehearsal.lab.k3s.controller.view import View
from rehearsal.lab.k3s.credentials import secret_path


class NodePasswords:
    """Notices Nodes that go."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    async def reconcile(self, view: View) -> None:
        """One pass."""
        present = {node["metadata"]["uid"]: node["metadata"]["name"] for node in view["nodes"]}
        for uid in [uid for uid in self._known if uid not in present]:
            try:
                await view.api.call("DELETE", secret_path(self._known[uid]))
            except Refused as problem:
                if problem.code != 404:
                    raise
            del self._known[uid]
        self._known |= present
