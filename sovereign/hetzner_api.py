"""Hetzner's API as commands ask it: Hetzner's own client, and where its token and address come
from.

Only commands that run beside the engine (`preflight`, `recover`) ask the API themselves; the
program leaves that to the provider.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from hcloud import Client

from sovereign.problems import ConfigError, Problem

TOKEN: Final = "HCLOUD_TOKEN"
ENDPOINT: Final = "HCLOUD_ENDPOINT"
PUBLIC_ENDPOINT: Final = "https://api.hetzner.cloud/v1"
TIMEOUT_S: Final = 30
"""Of one request; Hetzner's client alone would wait for ever."""


@dataclass(frozen=True)
class Access:
    """Where the API is, and what opens it."""

    endpoint: str
    token: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """HTTP headers of a request."""
        return {"Authorization": f"Bearer {self.token}"}


def access(environment: Mapping[str, str]) -> Access:
    """The token of `HCLOUD_TOKEN`; `HCLOUD_ENDPOINT` names another API, such as the simulator's.

    Raises `ConfigError` without a token, or with one that no HTTP header can carry.
    """
    token = environment.get(TOKEN, "").strip()
    if not token:
        rule = "this command asks Hetzner's API, which answers nobody without a token"
        fix = f"set {TOKEN} to a token of the project (reading is enough for `preflight`)"
        raise ConfigError([Problem(TOKEN, "nothing", rule, fix)])
    if not (token.isascii() and token.isprintable()):
        rule = "a token has letters and digits only, this one came with something else"
        raise ConfigError([Problem(TOKEN, "another character", rule, "copy it once more")])
    return Access(environment.get(ENDPOINT) or PUBLIC_ENDPOINT, token)


def connect(environment: Mapping[str, str]) -> Client:
    """Hetzner's client with that access; nothing is asked yet. Raises `ConfigError`."""
    given = access(environment)
    return Client(
        given.token,
        api_endpoint=given.endpoint,
        application_name="sovereign",
        timeout=TIMEOUT_S,
    )
