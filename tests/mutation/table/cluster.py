"""Mutations of the cluster on the servers: joins, Cilium, cloud controller, the last gate."""

from tests.mutation.mutation import Mutation, mutated

_join = mutated("sovereign/components/k3s_join.py", "tests/components/test_k3s_join.py")
_kubeconfig = mutated("sovereign/components/kubeconfig.py", "tests/components/test_kubeconfig.py")
_cilium = mutated("sovereign/components/cilium.py", "tests/components/test_cilium.py")
_controller = mutated(
    "sovereign/components/cloud_controller.py", "tests/components/test_cloud_controller.py"
)
_charts = mutated(
    "sovereign/components/charts.py",
    "tests/components/test_charts.py",
    "tests/components/test_cilium.py",
)
_gate = mutated("sovereign/components/ready_gate.py", "tests/components/test_ready_gate.py")
_sovereign = mutated("sovereign/components/sovereign.py", "tests/components/test_sovereign.py")
_baseline = mutated("sovereign/components/baseline.py", "tests/components/test_baseline.py")
_SECRECY = "tests/program/test_secrecy.py"

CLUSTER: tuple[Mutation, ...] = (
    _cilium(
        "k8sServiceHost typed in", "host=cilium.server_host(mode, addresses[0])", 'host="10.0.1.2"'
    ),
    _cilium(
        "k8sServiceHost from the plan",
        "host=cilium.server_host(mode, addresses[0])",
        "host=cilium.server_host(mode, plan.control_planes[0].private_ip)",
    ),
    _cilium(
        "k8sServiceHost on loopback",
        "host=cilium.server_host(mode, addresses[0])",
        'host="127.0.0.1"',
    ),
    _cilium(
        "k8sServiceHost of another server",
        "cilium.server_host(mode, addresses[0])",
        "cilium.server_host(mode, addresses[-1])",
    ),
    _cilium(
        "one API address in spite of three",
        "several = len(addresses) > 1",
        "several = len(addresses) > 9",
    ),
    _cilium(
        "a file of its own values",
        "self.values.apply(lambda known: yaml.safe_dump(known, sort_keys=True))",
        "yaml.safe_dump(dict(plan.cilium.values))",
    ),
    _cilium(
        "the operator before its definitions",
        'depends_on=[args["api"], manifests],',
        'depends_on=[args["api"]],',
    ),
    _cilium(
        "Cilium before the API",
        'depends_on=[args["api"], manifests],',
        "depends_on=[manifests.stdout and manifests] if False else [],",
    ),
    _cilium(
        "the release outlives its cluster",
        'deleted_with=args["network"].subnet,',
        "deleted_with=manifests,",
    ),
    _cilium("facts without values", '"values": dict(plan.cilium.values),', '"values": {},'),
    _join(
        "workers get the server token",
        '"TOKEN": server_token if server else agent_token,',
        '"TOKEN": server_token,',
    ),
    _join(
        "servers without an agent token",
        '"AGENT_TOKEN": agent_token if server else "",',
        '"AGENT_TOKEN": server_token if server else "",',
    ),
    _join(
        "workers get both tokens",
        '"AGENT_TOKEN": agent_token if server else "",',
        '"AGENT_TOKEN": agent_token,',
    ),
    _join(
        "SERVER_URL from the plan",
        'pulumi.Output.concat("https://", self._by_address[through].private_ip, ":6443")',
        'f"https://{through}:6443"',
    ),
    _join("SERVER_URL at another port", 'private_ip, ":6443")', 'private_ip, ":6444")'),
    _join(
        "workers before the API",
        "self._join(node, after=[self.api, last_server])",
        "self._join(node, after=[])",
    ),
    _join(
        "workers one after the other",
        "self._join(node, after=[self.api, last_server])",
        "self._join(node, after=[self.api, self.joins[-1]])",
    ),
    _join("control planes in parallel", "after=[self.api, self.joins[-1]]", "after=[self.api]"),
    _join(
        "workers newer than an API server",
        "after=[self.api, last_server]",
        "after=[self.api]",
    ),
    _gate("a protected control plane leaves", '"yes" if plan.protect else ""', '""'),
    _join("a second cluster is made", '" ".join(plan.peers(node.plan))', '""'),
    _join("a successor is taken out", '"SERVER_ID": node.server.id,', '"SERVER_ID": "",'),
    _join(
        "the gate before the first join",
        "pulumi.ResourceOptions(parent=self, depends_on=[first])",
        "pulumi.ResourceOptions(parent=self)",
    ),
    _join(
        "a leave that outlives its cluster",
        'depends_on=after, deleted_with=self._args["network"].subnet',
        "depends_on=after",
    ),
    _join(
        "a leave that goes with its own node",
        'deleted_with=self._args["network"].subnet',
        "deleted_with=node.server",
    ),
    _join(
        "a leave through the node itself",
        '"leave.sh",\n            anchor,',
        '"leave.sh",\n            node,',
    ),
    _join("a leave without its server's id", "triggers=[node.server.id],", ""),
    _join("the kubeconfig's text is plain", 'additional_secret_outputs=["stdout", "stderr"],', ""),
    _join(
        "the kubeconfig is plain",
        "self.kubeconfig = pulumi.Output.secret(\n",
        "self.kubeconfig = pulumi.Output.from_input(\n",
        _SECRECY,
    ),
    _join(
        "the role of all is server",
        'return "server" if plan.role == "control-plane" else "agent"',
        'return "server"',
    ),
    _join(
        "facts with tokens",
        '"config": dict(node.k3s_config)}',
        '"config": {**node.k3s_config, "token": "t"}}',
    ),
    _kubeconfig(
        "clients verify the public address",
        '["tls-server-name"] = private_ip',
        '["tls-server-name"] = public_ip',
    ),
    _kubeconfig(
        "clients dial the private address",
        '["server"] = f"https://{public_ip}:6443"',
        '["server"] = f"https://{private_ip}:6443"',
    ),
    _controller(
        "the token in the values",
        "values={**controller.values, ",
        'values={**controller.values, "token": args["token"], ',
    ),
    _controller(
        "another token is never read",
        ', "podAnnotations": {ROTATION: fingerprint(args["token"])}}',
        "}",
    ),
    _controller(
        "the token itself is the annotation", ".hexdigest()[:16])", ".hexdigest() and text)"
    ),
    _controller(
        "the controller before its token",
        'depends_on=[args["api"], secret],',
        'depends_on=[args["api"]],',
    ),
    _controller(
        "the Secret outlives its cluster",
        'depends_on=[args["api"]], deleted_with=network.subnet',
        'depends_on=[args["api"]]',
    ),
    _controller("no network id", '"network": network.network_id.apply(str),', '"network": "",'),
    _charts("an awaited release", "skip_await=True,", "skip_await=False,"),
    _charts("a release is created before its predecessor goes", "delete_before_replace=True,", ""),
    _charts("a wrong archive passes", "if found != sha256:", "if found == sha256:"),
    _charts("an unpinned release", "version=version,", ""),
    _gate(
        "components are not waited for",
        '"COMPONENTS": " ".join(part.reference for part in plan.components),',
        '"COMPONENTS": "",',
    ),
    _gate(
        "workers are not waited for",
        '" ".join(node.name for node in plan.nodes)',
        '" ".join(node.name for node in plan.control_planes)',
    ),
    _gate("the gate before the joins", 'depends_on=list(args["after"])', "depends_on=[]"),
    _gate(
        "the gate runs once and for all",
        'triggers=[*(node.server.id for node in args["nodes"]), fingerprint(plan)],',
        "",
    ),
    _gate("values do not make it run again", "        dict(plan.cilium.values),\n", ""),
    _sovereign(
        "an ambient kubeconfig",
        "pulumi.ResourceOptions(parent=self, providers=[provider])",
        "pulumi.ResourceOptions(parent=self)",
    ),
    _sovereign(
        "no cluster identifier", '            cluster_identifier=f"sovereign-{plan.name}",\n', ""
    ),
    _sovereign(
        "the gate waits for joins only",
        '"after": [*self.join.joins, self.cilium.release, cloud_controller.release],',
        '"after": [*self.join.joins],',
        "tests/components/test_ready_gate.py",
    ),
    _sovereign(
        "the program talks to the last control plane",
        "if node.plan == plan.anchor)",
        "if node.plan == plan.control_planes[-1])",
        "tests/components/test_ssh.py",
    ),
    _sovereign(
        "facts without operators",
        '"operatorCidrs": list(plan.operator_cidrs),',
        '"operatorCidrs": [],',
    ),
    _sovereign(
        "everything is pinned in the facts", '"pinned": a.sha256 is not None', '"pinned": True'
    ),
    _baseline("policies before their definitions", 'depends_on=[args["ready"]],', ""),
    _baseline("policies that outlive their cluster", 'deleted_with=args["network"].subnet,', ""),
)
