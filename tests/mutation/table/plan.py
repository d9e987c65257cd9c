"""Mutations of the plan: addresses, names, firewalls, k3s options, user_data, Cilium."""

from tests.mutation.mutation import Mutation, mutated

_addressing = mutated("sovereign/plan/addressing.py", "tests/plan/test_addressing.py")
_naming = mutated("sovereign/plan/naming.py", "tests/plan/test_naming.py")
_firewall = mutated("sovereign/plan/firewall.py", "tests/plan/test_firewall.py")
_k3s = mutated("sovereign/plan/k3s.py", "tests/plan/test_k3s.py")
_nodes = mutated("sovereign/plan/nodes.py", "tests/plan/test_k3s.py", "tests/plan/test_nodes.py")
_user_data = mutated("sovereign/plan/user_data.py", "tests/plan/test_user_data.py")
_cilium = mutated("sovereign/plan/cilium.py", "tests/plan/test_cilium.py")
_controller = mutated("sovereign/plan/cloud_controller.py", "tests/plan/test_cloud_controller.py")
_cost = mutated("sovereign/plan/cost.py", "tests/plan/test_cost.py")
_artifacts = mutated("sovereign/plan/artifacts.py", "tests/plan/test_artifacts.py")
_build = mutated("sovereign/plan/build.py", "tests/plan/test_build.py")

PLAN: tuple[Mutation, ...] = (
    _addressing("server 1 at .1", "CONTROL_PLANE_OFFSET = 1", "CONTROL_PLANE_OFFSET = 0"),
    _addressing("workers among control planes", "WORKER_OFFSET = 19", "WORKER_OFFSET = 9"),
    _addressing("a node at a load balancer's address", " and address not in kept", ""),
    _addressing("a node at Hetzner's gateway", ", network.network_address + 1)", ")"),
    _addressing("a range without prefix length", "if not text.partition", "if text.partition"),
    _naming(
        "slots of eleven",
        "(node_id - 1) // PLACEMENT_GROUP_SIZE",
        "node_id // PLACEMENT_GROUP_SIZE",
    ),
    _naming(
        "nodes of two pools share a name", 'f"{cluster}-{pool}-{node_id}"', 'f"{cluster}-{node_id}"'
    ),
    _naming("no owner label", ', "managed-by": "sovereign"}', "}"),
    _firewall(
        "nobody means everybody",
        "rules if operators else ())\n\n\ndef workers",
        'rules if operators else (_rule("SSH", ssh_port, ("0.0.0.0/0",)),))\n\n\ndef workers',
    ),
    _firewall(
        "the API of workers is opened",
        'rules = (_rule("SSH", ssh_port, operators),)',
        'rules = (_rule("SSH", ssh_port, operators), _rule("Kubernetes API", API_PORT, operators))',
    ),
    _firewall(
        "SSH stays at 22",
        '_rule("SSH", ssh_port, operators), _rule(',
        '_rule("SSH", 22, operators), _rule(',
        "tests/components/test_network.py",
    ),
    _firewall("etcd is opened instead of the API", "API_PORT = 6443", "API_PORT = 2379"),
    _k3s("Flannel is on", '"flannel-backend": "none",', '"flannel-backend": "vxlan",'),
    _k3s("kube-proxy is on", '"disable-kube-proxy": True,', '"disable-kube-proxy": False,'),
    _k3s("k3s' network policies are on", '"disable-network-policy": True,', ""),
    _k3s("secrets in clear", '"secrets-encryption": True,', ""),
    _k3s(
        "Traefik beside the Gateway",
        '["traefik", "servicelb", "local-storage"]',
        '["servicelb", "local-storage"]',
    ),
    _k3s("no provider id", 'KUBELET = ["cloud-provider=external"]', "KUBELET: list[str] = []"),
    _k3s("every server initialises", "if initialises:\n", "if True:\n"),
    _k3s("servers wait for Cilium's agent", "[AGENT_NOT_READY, *taints]", "[*taints]"),
    _k3s(
        "an option that k3s does not know",
        '"node-ip": address,\n        "kubelet-arg"',
        '"node-address": address,\n        "kubelet-arg"',
    ),
    _k3s("the certificate is for nobody", '"tls-san": [address],', '"tls-san": [],'),
    _k3s("no audit", 'f"audit-policy-file={SERVER_DIRECTORY}/audit.yaml",', ""),
    _k3s(
        "a token in the options",
        '"advertise-address": address,',
        '"advertise-address": address,\n        "token": address,',
    ),
    _nodes(
        "ids in the order of the file",
        "tuple(sorted(group.ids))",
        "tuple(group.ids)",
        "tests/plan/test_nodes.py",
    ),
    _nodes(
        "pools in the order of the file",
        "for name, pool in sorted(cluster.pools.items())\n    )",
        "for name, pool in cluster.pools.items()\n    )",
        "tests/plan/test_build.py",
    ),
    _nodes(
        "generations are forgotten",
        "group.generations.get(node_id, 1)",
        "group.generations.get(0, 1)",
    ),
    _nodes(
        "workers initialise",
        'if role == "control-plane" and node_id == first:',
        "if node_id == first:",
    ),
    _nodes(
        "everybody joins the server that is replaced",
        "key=lambda one: (group.generations.get(one, 1), one)",
        "key=lambda one: one",
    ),
    _nodes(
        "the control plane is never tainted", "if tainted_by_default else []", "if False else []"
    ),
    _nodes(
        "Intel binaries on Ampere",
        '"arm64" if server_type in server_types["arm64"] else "amd64"',
        '"amd64"',
    ),
    _nodes(
        "the pool's location is forgotten",
        "group.location if isinstance(group, PoolConfig) else None",
        "None",
    ),
    _user_data(
        "no wait for the address", "*listen, wait, *harden, fetch]", "*listen, *harden, fetch]"
    ),
    _user_data(
        "the download before the address",
        "*listen, wait, *harden, fetch]",
        "*listen, fetch, *harden, wait]",
    ),
    _user_data(
        "kernel settings from the next boot on",
        "*listen, wait, *harden, fetch]",
        "*listen, wait, fetch]",
    ),
    _user_data(
        "sshd keeps listening at 22",
        "*listen, wait, *harden, fetch]",
        "wait, *harden, fetch]",
    ),
    _user_data(
        "an unverified download",
        'binary.sha256 or "-",\n        binary.checksums or "-",',
        'binary.sha256 or "-",\n        "-",',
    ),
    _user_data(
        "a worker with the server's unit",
        '"k3s.service" if role == "control-plane" else "k3s-agent.service"',
        '"k3s.service"',
    ),
    _user_data(
        "no pod security",
        'for name in ("psa.yaml", "eventratelimit.yaml", "audit.yaml")',
        'for name in ("eventratelimit.yaml", "audit.yaml")',
    ),
    _user_data("sshd reads another file first", "01-sovereign.conf", "99-sovereign.conf"),
    _user_data("the host key is left out", '{**document, "ssh_keys": keys}', "{**document}"),
    _user_data(
        "a size without the key",
        "len(render(document, SAMPLE_HOST_KEY,",
        'len(render(document, "",',
    ),
    _cilium("loopback :6443", "NODE_LOCAL_PORT = 6444", "NODE_LOCAL_PORT = 6443"),
    _cilium(
        "the incident in the plan",
        'return NODE_LOCAL_HOST if mode == "node-local" else first_control_plane',
        "return NODE_LOCAL_HOST",
    ),
    _cilium("the host is left out", '{**planned, "k8sServiceHost": host}', "{**planned}"),
    _cilium(
        "the port of node-local everywhere",
        'NODE_LOCAL_PORT if mode == "node-local" else API_PORT',
        "NODE_LOCAL_PORT",
    ),
    _cilium(
        "kube-proxy is not replaced",
        '"kubeProxyReplacement": True,',
        '"kubeProxyReplacement": False,',
    ),
    _cilium(
        "the chart's own pod ranges",
        '"ipam": {"mode": "kubernetes"},',
        '"ipam": {"mode": "cluster-pool"},',
    ),
    _cilium(
        "no encryption",
        '"enabled": True,\n        "type": chosen.type,',
        '"enabled": False,\n        "type": chosen.type,',
    ),
    _cilium(
        "strict mode with the old keys",
        '"egress": {"enabled": True,',
        '"outgoing": {"enabled": True,',
    ),
    _cilium("two operators on one node", "1 if nodes == 1 else 2", "2"),
    _cilium("certificates anew at each rendering", '"method": "cronJob"', '"method": "helm"'),
    _cilium("a misspelt key", '"rollOutCiliumPods": True,', '"rolloutCiliumPods": True,'),
    _cilium("server URLs as a list of commas", 'return " ".join(', 'return ",".join('),
    _cilium(
        "filling changes the plan",
        'filled["k8s"] = {**planned["k8s"], "apiServerURLs": urls}',
        'planned["k8s"]["apiServerURLs"] = urls',
    ),
    _cilium(
        "nobody waits for Envoy", '"cilium-envoy", config.envoy.enabled)', '"cilium-envoy", False)'
    ),
    _controller(
        "routes are on",
        '"HCLOUD_NETWORK_ROUTES_ENABLED": {"value": "false"}',
        '"HCLOUD_NETWORK_ROUTES_ENABLED": {"value": "true"}',
    ),
    _controller(
        "load balancers over public addresses",
        '"HCLOUD_LOAD_BALANCERS_USE_PRIVATE_IP": {"value": "true"}',
        '"HCLOUD_LOAD_BALANCERS_USE_PRIVATE_IP": {"value": "false"}',
    ),
    _cost(
        "an unknown price is zero",
        "amount=None if None in amounts else known,",
        "amount=known,",
    ),
    _cost(
        "a server without an address",
        '        Billed("primary-ipv4", location=location),\n',
        "",
    ),
    _cost("backups at the price of a server", "* self.backups_percent / 100", "* 1"),
    _cost("European prices hold overseas", "one.location if strange else", '"" if strange else'),
    _cost(
        "only the last of equal positions",
        "counted.get(key, 0) + one.quantity",
        "one.quantity",
    ),
    _artifacts(
        "a pin of any version",
        'row["sha256"].get(version)',
        'next(iter(row["sha256"].values()), None)',
    ),
    _artifacts(
        "checksums from the publisher in spite of the mirror",
        "_mirrored(_fill(checksums, version), mirror)",
        "_fill(checksums, version)",
    ),
    _artifacts("a plus sign in URLs", 'quote(version, safe="")', "version"),
    _build(
        "groups without nodes' own",
        "node.placement_group for node in nodes",
        "node.placement_group for node in control_planes",
    ),
    _build(
        "what was found before is forgotten",
        "[*found, *check(settings, catalog)]",
        "[*check(settings, catalog)]",
    ),
    _build(
        "what Helm fetches counts as pinned",
        "replace(chart, sha256=None)",
        "chart",
        "tests/plan/test_artifacts.py",
    ),
    _build(
        "a chart of one's own is held to the published pin",
        "None if config.chart else chart.sha256",
        "chart.sha256",
        "tests/plan/test_artifacts.py",
    ),
    _build(
        "the mirror is not asked for charts",
        "chart=config.chart or artifacts.local_path(chart.url)",
        'chart=config.chart or "https://helm.cilium.io/cilium.tgz"',
        "tests/plan/test_artifacts.py",
    ),
)
