"""The way in for `sovereign rehearse hetzner`: the simulator served on loopback."""

import time
from pathlib import Path

from rehearsal.hetzner import HetznerSimulator, HetznerState, serve


def serve_until_interrupted(port: int, state: Path | None) -> int:
    """Serve the simulator until interrupted; prints its address once it answers."""
    held = HetznerState.load(state) if state else HetznerState()
    with serve(HetznerSimulator(held), port=port) as endpoint:
        print(f"HCLOUD_ENDPOINT={endpoint}", flush=True)  # noqa: T201 - the answer
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            pass
        finally:
            if state:
                held.save(state)
    return 0
