"""What rules say of user data."""

import base64
import gzip
from typing import Any

from tests.policies.cases.case import Case
from tests.policies.registrations import UNKNOWN, dev

HOST_KEY = "\n".join(
    [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        base64.b64encode(bytes(range(2, 200))).decode(),
        "-----END OPENSSH PRIVATE KEY-----",
    ]
)
USER_DATA = dev()["Server dev-control-plane-1"].inputs["userData"]
K3S_TOKEN = f"K10{'0a' * 32}::server:hunter2"
CLOUD_TOKEN = "aB3xY9kLmN0pQrSt" * 4
VARIABLE, KEY = "a token variable (K3S_TOKEN=…)", "a token key (token: …)"
SECURE, CLOUD = "a k3s token (K10…::…)", "a Hetzner Cloud token (64 letters and digits)"


def packed(text: str) -> str:
    """Return a text as cloud-init takes it: base64."""
    return base64.b64encode(text.encode()).decode()


def user_data(text: Any, *says: str) -> Case:
    """Return the judgement of a user data text."""
    kind: Any = "violating" if says else "compliant"
    return Case("no-token-in-user-data", kind, {"userData": text}, says)


LONG = "#!/bin/sh\n" + "# a comment that makes the text long enough\n" * 4
USER_DATA_CASES = [
    user_data(USER_DATA),
    user_data(HOST_KEY),
    user_data(HOST_KEY.replace("\n", "\\n")),
    user_data(f"sha256: {'0f2e' * 16} or {'0F2E' * 16}"),
    user_data("token: $TOKEN\nprintf 'token: %s' x\n# a token: never here"),
    user_data(f"sed 's/K10[0-9a-f]*::/x/' {packed(LONG)}"),
    user_data(f"write {K3S_TOKEN}", f"userData holds {SECURE}"),
    user_data("a: b\\nK3S_TOKEN=hunter2\\n", f"userData holds {VARIABLE}"),
    user_data("env: {K3S_AGENT_TOKEN: 'hunter2'}", f"userData holds {VARIABLE}"),
    user_data("server: x\ntoken: hunter2", f"userData holds {KEY}"),
    user_data("{server: x, agent-token: hunter2}", f"userData holds {KEY}"),
    user_data("k3s agent --token hunter2", "userData holds a token option (--token …)"),
    user_data(f"hcloud {CLOUD_TOKEN} x", f"userData holds {CLOUD}"),
    user_data(packed(f"{LONG}K3S_TOKEN=hunter2"), f"userData (packed) holds {VARIABLE}"),
    user_data(
        base64.b64encode(gzip.compress(f"{LONG}token: hunter2".encode())).decode(),
        f"userData (packed) holds {KEY}",
    ),
    user_data(
        f"content: {packed(LONG + packed(LONG + K3S_TOKEN))}", f"userData (packed) holds {SECURE}"
    ),
    Case("no-token-in-user-data", "missing", {}),
    Case("no-token-in-user-data", "unknown", {"userData": UNKNOWN}, ["deferred: userData"]),
    Case(
        "no-token-in-user-data",
        "unknown",
        {"userData": "[secret]"},
        ["deferred: userData, which was redacted,"],
    ),
    Case(
        "no-token-in-user-data",
        "configured",
        {"userData": "x\npassword=hunter2"},
        ["userData holds the configured pattern `^password=`"],
        {"otherPatterns": ["^password="]},
    ),
]

CASES = USER_DATA_CASES
