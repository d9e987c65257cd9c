"""k3s' own install script in user data and commands: whatever is newest that day, if not told."""

import re
from collections.abc import Sequence

from .framework.k3s_script import SCRIPTS, opened
from .framework.rule import Deferred, Outcome, Props, ResourceRule, Settings, Subject, Violation
from .framework.subjects import COMMAND, SERVER
from .framework.values import Unknown, at, shown, text
from .versions import K3S

INSTALLER = "get.k3s.io"
NEWEST = "k3s-io/k3s/releases/latest"
"""Where GitHub leads to whatever release is newest."""
CHANNEL = re.compile(r"INSTALL_K3S_CHANNEL\s*[=:]\s*[\"']?([\w.-]+)")
VERSION = re.compile(r"INSTALL_K3S_VERSION\s*[=:]\s*[\"']?([\w.+-]+)")


def installed_version(props: Props) -> str:
    """Return the exact version that a script asks the installer for; empty if none does."""
    asked = [VERSION.search(opened(text(at(props, key)))) for key in SCRIPTS]
    return next((each[1] for each in asked if each and K3S.fullmatch(each[1])), "")


def pinned(props: Props, _: Settings) -> Sequence[Outcome] | None:
    """Judge every script that runs the installer, or sets its variables."""
    outcomes: list[Outcome] = []
    judged = False
    for key in SCRIPTS:
        script = at(props, key)
        if isinstance(script, Unknown):
            outcomes.append(Deferred(script.path))
            judged = True
            continue
        readable = opened(text(script))
        channel, version = CHANNEL.search(readable), VERSION.search(readable)
        newest = NEWEST in readable
        if not (channel or version or newest or INSTALLER in readable):
            continue
        judged = True
        if not newest and version and K3S.fullmatch(version[1]):
            continue
        what = "whatever is newest"
        if version and not newest:
            what = f"the version {shown(version[1])}, which is not exact"
        elif channel and not newest:
            what = f"the channel {shown(channel[1])}"
        outcomes.append(Violation(f"{key} installs k3s from {what}"))
    return outcomes if judged else None


K3S_INSTALLER_PINNED = ResourceRule(
    id="k3s-installer-pinned",
    level="mandatory",
    severity="high",
    prevents="Two nodes of one cluster do not get two k3s releases because they were made on two "
    "days.",
    learned_from=("KH v3: pinned installer and SHA-256", "k3s-io/k3s#14553"),
    fix="set INSTALL_K3S_VERSION to one exact release such as v1.36.4+k3s1, and no channel",
    tags=("supply-chain", "nist-800-53:CM-2"),
    subjects=(Subject((*SERVER.types, *COMMAND.types)),),
    check=pinned,
)
