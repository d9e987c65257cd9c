"""What one host of the lab says of itself, as one JSON object. Run inside it, for the lab's status.

Argument: `host:port` at which Cilium looks for the Kubernetes API on this host, or nothing.
"""

import json
import platform
import re
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

UNITS = ("k3s", "k3s-agent")
CA = Path("/var/lib/rancher/k3s/agent/server-ca.crt")
"""With what k3s lets its own clients verify the API."""
DIAL_LIMIT_S = 3.0
_LAST_ERROR = re.compile(r'level=(?:error|fatal) msg="((?:[^"\\]|\\.)*)"')


def main() -> None:
    """Print the object."""
    address = sys.argv[1] if len(sys.argv) > 1 else ""
    found = {
        "cloudInit": cloud_init(),
        "units": {name: unit(name) for name in UNITS},
        "datastore": Path("/var/lib/rancher/k3s/server/db").is_dir(),
        "agents": {file.stem: read(file) for file in sorted(Path("/run/lab").glob("*.json"))},
        "apiPath": api_path(address) if address else None,
    }
    print(json.dumps(found))  # noqa: T201 - the answer


def cloud_init() -> dict[str, Any]:
    """How the first boot ended, and the sentence with which one of its commands did."""
    result = read(Path("/run/cloud-init/result.json"))
    if not result:
        return {"status": "running", "errors": [], "sentence": ""}
    errors = result["v1"]["errors"]
    sentence = ""
    if errors:
        lines = Path("/var/log/cloud-init-output.log").read_text("utf-8", "replace").splitlines()
        own = (f"{platform.node()}: ", f"{platform.node()} ")
        sentence = next((line for line in reversed(lines) if line.startswith(own)), "")
    return {"status": "error" if errors else "done", "errors": errors, "sentence": sentence}


def unit(name: str) -> dict[str, Any]:
    """A unit's state, and the last error in its log, or its last line where it says none."""
    shown = said("systemctl", "show", "--property=ActiveState", "--value", name).strip()
    if shown in ("", "inactive"):  # nobody has started it
        return {"state": shown, "error": ""}
    log = said("journalctl", f"--unit={name}", "--lines=1000", "--output=cat", "--no-pager")
    errors = [json.loads(f'"{message}"') for message in _LAST_ERROR.findall(log)]
    return {"state": shown, "error": (errors or log.strip().splitlines() or [""])[-1]}


def api_path(address: str) -> dict[str, Any]:
    """Open TLS to the API, and say as a Go program would why it does not come about."""
    host, _, port = address.rpartition(":")
    context = ssl.create_default_context(cafile=str(CA) if CA.is_file() else None)
    if not CA.is_file():
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    error = ""
    try:
        with (
            socket.create_connection((host, int(port)), timeout=DIAL_LIMIT_S) as plain,
            context.wrap_socket(plain, server_hostname=host),
        ):
            pass
    except ssl.SSLError as refusal:
        error = f"tls: {getattr(refusal, 'verify_message', '') or refusal.reason}"
    except TimeoutError:
        error = f"dial tcp {address}: i/o timeout"
    except OSError as failure:
        error = f"dial tcp {address}: connect: {(failure.strerror or str(failure)).lower()}"
    return {"address": address, "connected": not error, "error": error}


def read(file: Path) -> dict[str, Any]:
    """A JSON object, or an empty one where the file is not there or half written."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def said(*command: str) -> str:
    """What a command prints; nothing where it is not there."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return ""


if __name__ == "__main__":
    main()
