"""Commands over SSH: a script file as it is, its input as an environment file on stdin, the host
key pinned.

Nothing secret is in a command line or a log: stdin is secret and logging is off. Each Command
carries the id of its server as a trigger, or it would go stale after a replacement (pulumi-command
has no drift).
"""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_command import remote

from sovereign import catalog
from sovereign.components.access import Login
from sovereign.components.server import Node


def run(
    name: str,
    script: str,
    node: Node,
    login: Login,
    variables: Mapping[str, pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
    triggers: Sequence[pulumi.Input[Any]] = (),
) -> remote.Command:
    """A Command that runs the script when it is created and again when its input changes; scripts
    are idempotent.
    """
    text = catalog.load().scripts[script]
    return remote.Command(
        name,
        connection=_connection(node, login),
        create=text,
        update=text,
        triggers=[node.server.id, *triggers],
        opts=opts,
        **_quiet(variables),
    )


def run_on_delete(
    name: str,
    script: str,
    node: Node,
    login: Login,
    variables: Mapping[str, pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
    triggers: Sequence[pulumi.Input[Any]] = (),
) -> remote.Command:
    """A Command that runs the script when it is deleted, on a node that is still there (pulumi-
    command#447: no `update`, or a changed trigger would not delete).
    """
    return remote.Command(
        name,
        connection=_connection(node, login),
        delete=catalog.load().scripts[script],
        triggers=list(triggers),
        opts=opts,
        **_quiet(variables),
    )


def environment_file(variables: Mapping[str, str]) -> str:
    """One `NAME='value'` per line, quoted for a POSIX shell, newline at the end."""
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items())


def _quiet(variables: Mapping[str, pulumi.Input[str]]) -> dict[str, Any]:
    quiet = {"logging": remote.Logging.NONE, "add_previous_output_in_env": False}
    if not variables:
        return quiet
    stdin = pulumi.Output.all(**variables).apply(environment_file)
    return {**quiet, "stdin": pulumi.Output.secret(stdin)}


def _connection(node: Node, login: Login) -> remote.ConnectionArgs:
    return remote.ConnectionArgs(
        host=node.public_ip,
        port=login.port,
        user="root",
        private_key=login.private_key,
        host_key=node.host_key,
        dial_error_limit=login.dial_error_limit,
    )
