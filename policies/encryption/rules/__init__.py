"""The rules of the pack `encryption`, in the order in which they are listed to people."""

from .artifacts import ARTIFACTS_PINNED
from .framework.rule import ResourceRule, StackRule
from .gateway import GATEWAY_LISTENER_TLS
from .secrets import K3S_SECRETS_ENCRYPTION, NO_TOKEN_IN_USER_DATA
from .strict_mode import STRICT_MODE_KEYS
from .wireguard import WIREGUARD_MTU, WIREGUARD_ON

RULES: tuple[ResourceRule | StackRule, ...] = (
    WIREGUARD_ON,
    STRICT_MODE_KEYS,
    WIREGUARD_MTU,
    K3S_SECRETS_ENCRYPTION,
    NO_TOKEN_IN_USER_DATA,
    GATEWAY_LISTENER_TLS,
    ARTIFACTS_PINNED,
)
