"""Mutations of what is refused: the checks of the plan, and the tables that they read."""

from tests.mutation.mutation import Mutation, mutated

_ranges = mutated("sovereign/plan/checks/ranges.py", "tests/plan/checks/test_ranges.py")
_limits = mutated("sovereign/plan/checks/nodes.py", "tests/plan/checks/test_nodes.py")
_versions = mutated("sovereign/plan/checks/versions.py", "tests/plan/checks/test_versions.py")
_checks = mutated("sovereign/plan/checks/__init__.py", "tests/plan/checks/test_nodes.py")
_images = mutated(
    "sovereign/images.yaml", "tests/plan/checks/test_versions.py", "tests/config/test_catalog.py"
)
_table = mutated(
    "sovereign/artifacts.yaml", "tests/config/test_catalog.py", "tests/plan/test_artifacts.py"
)
_matrix = mutated(
    "sovereign/versions.yaml", "tests/plan/checks/test_versions.py", "tests/config/test_catalog.py"
)

CHECKS: tuple[Mutation, ...] = (
    _checks("no check of user_data", "    nodes.node_data,\n", ""),
    _ranges(
        "overlaps pass",
        "for first, second in addressing.overlaps(ranges):",
        "for first, second in addressing.overlaps({}):",
    ),
    _ranges("the world is an operator", "block.prefixlen == 0", "block.prefixlen == 99"),
    _ranges(
        "nodes outside the network",
        "if outer and nodes and not nodes.subnet_of(outer):",
        "if outer and nodes and nodes is outer:",
    ),
    _ranges("one pod range too few", "if count > room:", "if count > room + 1:"),
    _limits("101 attachments", "ATTACHMENT_LIMIT = 100", "ATTACHMENT_LIMIT = 101"),
    _limits("an even number of control planes", "len(found) % 2 == 0", "len(found) % 2 == 2"),
    _limits("one id in two pools", "if times > 1", "if times > 2"),
    _limits(
        "a single control plane is replaced",
        "len(found) == 1 and group",
        "len(found) == 0 and group",
    ),
    _limits(
        "a pool called workers",
        "if name in naming.RESERVED_POOLS:",
        "if name in naming.RESERVED_POOLS[:1]:",
        "tests/plan/test_naming.py",
    ),
    _limits(
        "a kubelet labels itself", "if of_kubernetes and not", "if of_kubernetes and False and not"
    ),
    _limits("a key called deploy", "if naming.DEPLOY_KEY in settings", 'if "" in settings'),
    _versions(
        "a type that is gone",
        'if group.server_type in types["retired"]:',
        'if group.server_type in types["amd64"][:0]:',
    ),
    _versions("SSH in the place of the API", "if port in NODE_PORTS or", "if"),
    _versions(
        "an old kernel", "_number(kernel) < _number(floor)", "_number(kernel) == _number(floor)"
    ),
    _versions(
        "kernels compared as text",
        'return tuple(int(part) for part in version.split("."))',
        "return tuple(map(ord, version))",
    ),
    _versions("an untested pair", "if minor not in tested:", 'if minor == "0.0":'),
    _images("Ubuntu 20.04 is new enough", 'ubuntu-20.04: "5.4"', 'ubuntu-20.04: "5.15"'),
    _table(
        "downloads in clear",
        "url: https://github.com/k3s-io/k3s/releases/download/{version_url}/k3s-arm64",
        "url: http://github.com/k3s-io/k3s/releases/download/{version_url}/k3s-arm64",
    ),
    _table("another default of the chart", "    version: 1.20.2\n", "    version: 1.20.1\n"),
    _matrix("a cloud controller that panics", "lowest: 1.30.1", "lowest: 1.30.0"),
    _matrix("Kubernetes 1.37", '"1.35", "1.36"]', '"1.35", "1.37"]'),
)
