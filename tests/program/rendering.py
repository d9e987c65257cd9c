"""A recording as JSON for golden files: stable, readable, and without a secret in clear."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from sovereign import catalog, secrets
from sovereign.plan import SovereignPlan
from tests.recording import HCLOUD_TOKEN, SEED, UNKNOWN, Recording, Registration, Secret


def render(recording: Recording, plan: SovereignPlan) -> dict[str, Any]:
    """All registrations by label, and the stack's outputs."""
    masks = secret_values(plan)
    resources = {f"{found.type} {found.name}": _registration(found, masks) for found in recording}
    return {"resources": resources, "outputs": _value(recording.outputs, masks)}


def secret_values(plan: SovereignPlan) -> dict[str, str]:
    """Every secret of a run, with the name that stands for it in golden files."""
    found = {
        SEED: "seed",
        HCLOUD_TOKEN: "hcloud token",
        secrets.server_token(SEED, plan.name): "server token",
        secrets.agent_token(SEED, plan.name): "agent token",
        secrets.deploy_key(SEED, plan.name).private: "deploy private key",
    }
    for node in plan.nodes:
        key = secrets.host_key(SEED, node.name, node.generation)
        found[key.private] = f"host private key of {node.name}, generation {node.generation}"
    return found


@cache
def _scripts() -> dict[str, str]:
    return {text: name for name, text in catalog.load().scripts.items()}


def _registration(found: Registration, masks: Mapping[str, str]) -> dict[str, Any]:
    request = found.request
    options = {
        "parent": found.parent,
        "dependencies": sorted(found.dependencies),
        "deletedWith": found.deleted_with,
        "provider": request.provider.rpartition("::")[0].rpartition("::")[2],
        "protect": request.protect,
        "ignoreChanges": list(request.ignoreChanges),
        "deleteBeforeReplace": request.deleteBeforeReplace,
        "replacementTrigger": found.replacement_trigger,
        "additionalSecretOutputs": list(request.additionalSecretOutputs),
        "createTimeout": request.customTimeouts.create,
        "retainOnDelete": request.retainOnDelete,
        "aliases": len(request.aliases),
    }
    inputs = {key: _value(value, masks) for key, value in found.inputs.items()}
    return {"inputs": inputs, "options": {key: value for key, value in options.items() if value}}


def _value(value: Any, masks: Mapping[str, str]) -> Any:
    if isinstance(value, Secret):
        return {"secret": _value(value.value, masks)}
    if isinstance(value, Mapping):
        return {key: _value(inner, masks) for key, inner in value.items()}
    if isinstance(value, list):
        return [_value(inner, masks) for inner in value]
    return _text(value, masks) if isinstance(value, str) else value


def _text(text: str, masks: Mapping[str, str]) -> Any:
    if text == UNKNOWN:
        return "<unknown>"
    if text in _scripts():
        return f"<file {_scripts()[text]}>"
    if text in masks:
        return f"<{masks[text]}>"
    if text.startswith("#cloud-config\n"):
        return {"#cloud-config": _value(yaml.safe_load(text), masks)}
    for secret, name in masks.items():
        text = text.replace(secret, f"<{name}>")
    return text.splitlines() if "\n" in text else text


def unmasked(rendered: Any, masks: Mapping[str, str]) -> list[str]:
    """Names of the secrets that still stand in a rendering."""
    text = json.dumps(rendered)
    return [name for secret, name in masks.items() if json.dumps(secret)[1:-1] in text]
