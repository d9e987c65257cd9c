"""Mutations of the policy packs: at least one per file of rules, and of what runs them."""

from tests.mutation.mutation import Mutation, mutated

_RULES = "tests/policies/test_policy_rules.py"
_WIRE = "tests/policies/test_packs_on_the_wire.py"
_FRAMEWORK = "tests/policies/test_policy_framework.py"
_N, _E = "policies/network/rules", "policies/encryption/rules"
_api = mutated(f"{_N}/api_server.py", _RULES)
_attachment = mutated(f"{_N}/attachment.py", _RULES)
_firewall = mutated(f"{_N}/firewall.py", _RULES)
_ipam = mutated(f"{_N}/ipam.py", _RULES)
_protection = mutated(f"{_N}/protection.py", _RULES)
_ranges = mutated(f"{_N}/ranges.py", _RULES)
_replacement = mutated(f"{_N}/replacement.py", _RULES)
_topology = mutated(f"{_N}/topology.py", _RULES)
_versions = mutated(f"{_N}/versions.py", _RULES)
_artifacts = mutated(f"{_E}/artifacts.py", _RULES)
_gateway = mutated(f"{_E}/gateway.py", _RULES)
_secrets = mutated(f"{_E}/secrets.py", _RULES)
_packed = mutated("policies/framework/packed.py", _RULES)
_strict = mutated(f"{_E}/strict_mode.py", _RULES)
_wireguard = mutated(f"{_E}/wireguard.py", _RULES)
_adapter = mutated("policies/framework/adapter.py", _WIRE)
_rule = mutated("policies/framework/rule.py", _RULES)
_values = mutated("policies/framework/values.py", _FRAMEWORK, _RULES)

POLICIES: tuple[Mutation, ...] = (
    _api("loopback :6443 passes", "(port == API_PORT and not who.agents)", "(port == API_PORT)"),
    _api("loopback :6444 is refused", 'NODE_LOCAL_PORT = "6444"', 'NODE_LOCAL_PORT = "6445"'),
    _api("any host passes", "host in who.control_planes | who.load_balancers:", "host:"),
    _api("a missing host passes", "if host is None:", 'if host == "":'),
    _api(
        "one address for three control planes",
        "or (who.control_plane_count < 2 and not maybe)",
        "or (who.control_plane_count < 9 and not maybe)",
    ),
    _attachment("a server outside the network", "if bare and not separate:", "if False:"),
    _attachment(
        "too few separate attachments", "elif len(bare) > separate:", "elif len(bare) > 99:"
    ),
    _attachment("re-attached at each up", "elif aliases is None:", 'elif aliases == "":'),
    _attachment("outside the subnet", "if not homes:", "if homes is None:"),
    _attachment(
        "one address pinned twice", "if times[text(ip)] > 1 and", "if times[text(ip)] > 2 and"
    ),
    _firewall(
        "halves of the world pass", "if covered(sources) >= share:", "if covered(sources) >= 1:"
    ),
    _firewall("a missing port passes", "ALL_PORTS = (1, 65535)", "ALL_PORTS = (1, 1)"),
    _firewall(
        "a range around the port passes",
        "each.first <= high and each.last >= low",
        "each.first == low and each.last == high",
    ),
    _firewall(
        "only one rule is judged at a time",
        "sources = [source for each in here for source in each.sources]",
        "sources = [source for each in here[:1] for source in each.sources]",
    ),
    _firewall("SSH is not guarded", 'GUARDED = ["22", ', "GUARDED = ["),
    _firewall(
        "IPv6 is not judged",
        '("IPv4", 4, _ipv4_share), ("IPv6", 6, _ipv6_share)',
        '("IPv4", 4, _ipv4_share),',
    ),
    _ipam("the chart's default passes", "if not pools:", "if pools is None:"),
    _ipam(
        "the chart's default by name passes",
        'CHART_DEFAULT = "10.0.0.0/8"',
        'CHART_DEFAULT = "10.0.0.0/9"',
    ),
    _protection("nothing is required", 'if settings["required"] else None', "if False else None"),
    _protection(
        "unprotected resources pass", "if not each.protected]", "if each.protected is None]"
    ),
    _protection("an address may go", "PRIMARY_IP, FLOATING_IP, LOAD_BALANCER,", "LOAD_BALANCER,"),
    _ranges(
        "overlaps pass",
        "not in nested and ranges[one].overlaps(ranges[two])",
        "not in nested and ranges[one] == ranges[two]",
    ),
    _ranges(
        "nodes outside the network",
        "if network and nodes and not nodes.subnet_of(network):",
        "if network and nodes and network.subnet_of(nodes) and network != nodes:",
    ),
    _ranges(
        "public ranges pass",
        "if not any(found.subnet_of(each) for each in allowed):",
        "if not allowed:",
    ),
    _ranges("k3s and Cilium may disagree", "if len(known) > 1:", "if len(known) > 9:"),
    _replacement(
        "kube-proxy beside Cilium",
        '"values.kubeProxyReplacement", True, "true")',
        '"values.kubeProxyReplacement", True, "true", False)',
    ),
    _replacement("Flannel beside Cilium", '    "flannel-backend": "none",\n', ""),
    _replacement(
        "servers may differ",
        "if not waiting and value != found[0]:",
        "if not waiting and value is Ellipsis:",
    ),
    _topology(
        "no agents are seen",
        'or any(at(node, "role") == "agent" for node in joins)',
        "or False",
        _RULES,
        _WIRE,
    ),
    _topology(
        "control planes have no address",
        'addresses = [at(node, "privateIp") for node in nodes]',
        "addresses: list[object] = []",
        _RULES,
        _WIRE,
    ),
    _versions(
        "a range of versions passes", 'CHART = re.compile(r"v?\\d+', 'CHART = re.compile(r".?\\d+'
    ),
    _versions(
        "below the floor passes",
        "low = numbers(version) < numbers(floor)",
        "low = not numbers(version)",
    ),
    _versions(
        "charts of others may float", "CLOUD_CONTROLLER, K3S_JOIN, ANY_CHART)", "K3S_JOIN)", _WIRE
    ),
    _artifacts("unpinned downloads pass", "elif state is not True and", "elif state is None and"),
    _gateway("plain HTTP passes", "if protocol not in TLS_PROTOCOLS:", 'if protocol == "":'),
    _gateway("TLS without a certificate", "if not any(text(at(each", "if any(text(at(each"),
    _secrets("secrets in clear", "elif found is not True:", "elif found is False:"),
    _secrets("k3s tokens pass", r"\bK10[0-9A-Za-z]+::", r"\bK99[0-9A-Za-z]+::"),
    _packed("packed tokens pass", "DEPTH = 3", "DEPTH = 0"),
    _strict("keys of another line pass", "if key not in read", "if key is None"),
    _strict(
        "strict mode without a range",
        "if not isinstance(cidr, Unknown) and not text(cidr):",
        "if cidr is Ellipsis:",
    ),
    _wireguard(
        "no encryption passes",
        '"values.encryption.enabled", True)',
        '"values.encryption.enabled", True, False, None)',
    ),
    _wireguard(
        "packets that do not fit",
        "elif isinstance(mtu, int) and mtu > limit:",
        "elif isinstance(mtu, int) and mtu > 9000:",
    ),
    _wireguard("no MTU at all", "if mtu in (None, 0):", "if mtu == 0:"),
    _adapter(
        "violations are not reported",
        "    for each in violations:\n        report(",
        "    for each in violations[:0]:\n        report(",
    ),
    _adapter(
        "what is deferred is not said",
        "        for rule, each in waiting:\n            why",
        "        for rule, each in list(waiting)[:0]:\n            why",
    ),
    _adapter("a message without its fix", 'f"{each.found}. Fix: {rule.fix}"', 'f"{each.found}."'),
    _rule("one is true", "type(found) is type(each) and found == each", "found == each"),
    _values(
        "what is below an unknown is missing",
        "if isinstance(value, Unknown):\n            return value\n",
        "",
    ),
    _values(
        "numbers stay floats", "if isinstance(value, float) and value.is_integer():", "if False:"
    ),
)
