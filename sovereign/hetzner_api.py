"""Hetzner's API as commands ask it: Hetzner's own client, and where its token and address come
from.

Only commands that run beside the engine (`preflight`, `recover`) ask the API themselves; the
program leaves that to the provider.
"""

from collections.abc import Mapping
from typing import Final

from hcloud import Client

from sovereign.problems import ConfigError, Problem

TOKEN: Final = "HCLOUD_TOKEN"
ENDPOINT: Final = "HCLOUD_ENDPOINT"
PUBLIC_ENDPOINT: Final = "https://api.hetzner.cloud/v1"


def connect(environment: Mapping[str, str]) -> Client:
    """A client with the token of `HCLOUD_TOKEN`; `HCLOUD_ENDPOINT` names another API, such as the
    simulator's.

    Raises `ConfigError` without a token. Nothing is asked yet.
    """
    token = environment.get(TOKEN, "").strip()
    if not token:
        rule = "this command asks Hetzner's API, which answers nobody without a token"
        fix = f"set {TOKEN} to a token of the project (reading is enough for `preflight`)"
        raise ConfigError([Problem(TOKEN, "", rule, fix)])
    return Client(
        token=token,
        api_endpoint=environment.get(ENDPOINT) or PUBLIC_ENDPOINT,
        application_name="sovereign",
    )
