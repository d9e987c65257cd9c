"""The rules of the pack `encryption`, in the order in which they are listed to people."""

from .artifacts import ARTIFACTS_PINNED
from .authentication import AUTHENTICATION_NEEDS_SPIRE
from .framework.rule import ResourceRule, StackRule
from .gateway import GATEWAY_LISTENER_TLS
from .images import IMAGES_PINNED
from .node_encryption import NODE_ENCRYPTION
from .secrets import K3S_SECRETS_ENCRYPTION, NO_TOKEN_IN_USER_DATA
from .strict_mode import STRICT_MODE_KEYS
from .wireguard import WIREGUARD_MTU, WIREGUARD_ON

RULES: tuple[ResourceRule | StackRule, ...] = (
    WIREGUARD_ON,
    NODE_ENCRYPTION,
    STRICT_MODE_KEYS,
    WIREGUARD_MTU,
    AUTHENTICATION_NEEDS_SPIRE,
    K3S_SECRETS_ENCRYPTION,
    NO_TOKEN_IN_USER_DATA,
    GATEWAY_LISTENER_TLS,
    IMAGES_PINNED,
    ARTIFACTS_PINNED,
)
