"""From Istio to Cilium: objects in a directory to Gateway API routes and Cilium policies, with an
account of every field.
"""

from sovereign.mesh.istio.document import Settings
from sovereign.mesh.istio.migration import Migration, migrate
from sovereign.mesh.istio.reading import BadInput

__all__ = ["BadInput", "Migration", "Settings", "migrate"]
