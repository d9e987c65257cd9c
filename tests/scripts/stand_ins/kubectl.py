"""What ``k3s kubectl`` answers in a sandbox: from a JSON file that the test wrote.

Run as a program: ``kubectl.py CLUSTER_FILE ARGUMENT...``. Options and combinations that the
scripts do not use are errors, so that a misspelt one is seen. Output templates are evaluated as
kubectl does (the subset of JSONPath in use; compared once with kubectl 1.32 on the same objects).
"""

from __future__ import annotations

import json
import re
import sys

TYPE_CHECKING = False  # typing and pathlib would double the time of a start, and there are many
if TYPE_CHECKING:
    from typing import Any

FLAGS = {
    "--all-containers", "--all-namespaces", "--delete-emptydir-data", "--field-selector",
    "--filename", "--for", "--force", "--force-conflicts", "--ignore-daemonsets",
    "--ignore-errors", "--ignore-not-found", "--namespace", "--output", "--previous", "--raw",
    "--request-timeout", "--selector", "--server-side", "--tail", "--timeout",
}  # fmt: skip
WORKLOADS = "daemonsets,deployments,statefulsets"


def jsonpath(template: str, document: Any) -> str:
    """Render ``template`` on ``document``; a missing field is empty."""
    tokens = re.findall(r"\{([^}]*)\}|([^{]+)", template)
    text, _ = _render(tokens, 0, document)
    return text


def _render(tokens: list[tuple[str, str]], at: int, context: Any) -> tuple[str, int]:
    text = ""
    while at < len(tokens):
        expression, literal = tokens[at]
        at += 1
        if literal:
            text += literal
        elif expression == "end":
            return text, at
        elif expression.startswith('"'):
            text += json.loads(expression)
        elif expression.startswith("range "):
            end = at
            for item in _find(expression.removeprefix("range "), context):
                part, end = _render(tokens, at, item)
                text += part
            at = end if end > at else _after_end(tokens, at)
        else:
            text += " ".join(str(value) for value in _find(expression, context))
    return text, at


def _after_end(tokens: list[tuple[str, str]], at: int) -> int:
    depth = 1
    while depth:
        expression = tokens[at][0]
        depth += expression.startswith("range ") - (expression == "end")
        at += 1
    return at


def _find(path: str, context: Any) -> list[Any]:
    found = [context]
    steps = re.findall(r"\.(\w+)|\[(\*)\]|\[\?\(@\.(\w+)==\"(\w+)\"\)\]", path)
    assert "".join(_spell(step) for step in steps) == path, f"not understood: {path}"
    for field, every, key, wanted in steps:
        if field:
            found = [item[field] for item in found if field in item]
        else:
            items = [item for collection in found for item in collection]
            found = items if every else [item for item in items if item.get(key) == wanted]
    return found


def _spell(step: tuple[str, str, str, str]) -> str:
    field, every, key, wanted = step
    if field:
        return f".{field}"
    return "[*]" if every else f'[?(@.{key}=="{wanted}")]'


def answer(cluster: dict[str, Any], words: list[str], flags: dict[str, str]) -> str:
    """Answer one command, or raise ``SystemExit`` with kubectl's message."""
    refused = cluster.get("refuses", {}).get(words[0])
    if refused:
        raise SystemExit(refused)
    match words:
        case ["get"] if "--raw" in flags:
            assert flags["--raw"] == "/readyz", flags
            return str(cluster["readyz"])
        case ["get"]:
            names = cluster["manifests"][flags["--filename"].rpartition("/")[2]]
            return "".join(f"{name}\n" for name in names)
        case ["get", "nodes"]:
            return jsonpath(_template(flags), {"items": cluster["nodes"]})
        case ["get", "node", name]:
            nodes = [node for node in cluster["nodes"] if node["metadata"]["name"] == name]
            if not nodes and "--ignore-not-found" not in flags:
                raise SystemExit(f'Error from server (NotFound): nodes "{name}" not found')
            return jsonpath(_template(flags), nodes[0]) if nodes else ""
        case ["get", "pods"] if "--all-namespaces" in flags:
            return jsonpath(_template(flags), {"items": cluster["pods"]})
        case ["get", "pods"]:
            assert flags["--selector"] == "k8s-app=cilium", flags
            assert flags["--namespace"] == "kube-system", flags
            assert flags["--output"] == "name", flags
            node = flags["--field-selector"].removeprefix("spec.nodeName=")
            return "".join(f"pod/{pod}\n" for pod in cluster["cilium"].get(node, {}))
        case ["get", kinds]:
            assert kinds == WORKLOADS, kinds
            assert "--all-namespaces" in flags, flags
            return jsonpath(_template(flags), {"items": cluster["workloads"]})
        case ["logs", pod]:
            assert {"--all-containers", "--ignore-errors"} <= set(flags), flags
            assert flags["--namespace"] == "kube-system", flags
            logs = {k: v for pods in cluster["cilium"].values() for k, v in pods.items()}
            return str(logs[pod.removeprefix("pod/")][flags["--previous"]])
        case ["apply"]:
            assert {"--server-side", "--force-conflicts"} <= set(flags), flags
            open(flags["--filename"]).close()  # noqa: PTH123
            return f"{flags['--filename']} serverside-applied\n"
        case ["wait", *_]:
            assert flags["--for"] == "condition=Established", flags
            return ""
        case ["drain", name]:
            assert {"--ignore-daemonsets", "--delete-emptydir-data", "--force"} <= set(flags), flags
            return f"node/{name} drained\n"
        case ["delete", "node", name]:
            return f'node "{name}" deleted\n'
        case ["delete", "secret", name]:
            assert flags["--namespace"] == "kube-system", flags
            return f'secret "{name}" deleted\n'
    raise SystemExit(f"stand-in: not understood: kubectl {' '.join(words)}")


def _template(flags: dict[str, str]) -> str:
    form, _, template = flags["--output"].partition("=")
    assert form == "jsonpath", flags
    return template


def main(cluster_file: str, *arguments: str) -> None:
    """Answer the command on stdout; exit 1 with a message where kubectl would."""
    words = [argument for argument in arguments if not argument.startswith("--")]
    pairs = [argument.partition("=") for argument in arguments if argument.startswith("--")]
    flags = {name: value for name, _, value in pairs}
    assert set(flags) <= FLAGS, f"unknown flag: {set(flags) - FLAGS}"
    with open(cluster_file) as file:  # noqa: PTH123
        cluster = json.load(file)
    if not cluster["answers"]:
        raise SystemExit("The connection to the server 127.0.0.1:6443 was refused")
    sys.stdout.write(answer(cluster, words, flags))


if __name__ == "__main__":
    main(*sys.argv[1:])
