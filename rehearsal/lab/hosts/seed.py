"""What a host's cloud-init is given: the NoCloud seed on its disk, not Hetzner's metadata."""

import json
from pathlib import Path

from rehearsal.hetzner.records import ServerRecord

SEED = Path("var/lib/cloud/seed/nocloud-net")


def write(disk: Path, server: ServerRecord) -> None:
    """Write the server's user_data, its name and the keys it was created with; root's eyes only."""
    directory = disk / SEED
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    metadata = {
        "instance-id": str(server.id),
        "local-hostname": server.name,
        "public-keys": list(server.public_keys),
    }
    for name, text in (("user-data", server.user_data), ("meta-data", json.dumps(metadata))):
        file = directory / name
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")
