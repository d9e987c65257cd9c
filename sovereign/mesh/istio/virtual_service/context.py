"""What the rules of one VirtualService need to know, and what they add beside the route."""

from dataclasses import dataclass, field

from sovereign.mesh.istio.document import Settings
from sovereign.mesh.istio.inventory import Inventory, Name


@dataclass
class Context:
    """Of one VirtualService."""

    namespace: str
    inventory: Inventory
    settings: Settings
    granted: set[Name] = field(default_factory=set)
    """Services of other namespaces that the route sends requests to."""
    names: set[str] = field(default_factory=set)
    """Rule names in use."""
