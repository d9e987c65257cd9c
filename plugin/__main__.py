"""The plugin: Pulumi's component host with the Sovereign of this repository."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sovereign.hosted import serve

serve()
