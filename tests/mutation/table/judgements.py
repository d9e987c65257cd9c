"""Mutations of the policy packs, continued: limits, labels, versions, the mesh."""

from tests.mutation.mutation import Mutation, mutated

_RULES = "tests/policies/test_policy_rules.py"
_WIRE = "tests/policies/test_packs_on_the_wire.py"
_LABELS = "tests/policies/test_policy_remediation.py"
_N, _E = "policies/network/rules", "policies/encryption/rules"
_attachments = mutated(f"{_N}/attachments.py", _RULES)
_services = mutated(f"{_N}/services.py", _RULES)
_placement = mutated(f"{_N}/placement.py", _RULES)
_autoscaler = mutated(f"{_N}/autoscaler.py", _RULES)
_server_firewall = mutated(f"{_N}/server_firewall.py", _RULES)
_script = mutated("policies/framework/k3s_script.py", _RULES)
_selectors = mutated("policies/framework/selectors.py", _RULES)
_config = mutated("policies/framework/cilium_config.py", _RULES)
_firewall_size = mutated(f"{_N}/firewall_size.py", _RULES)
_servers = mutated(f"{_N}/servers.py", _RULES)
_balancers = mutated(f"{_N}/load_balancers.py", _RULES)
_labels = mutated(f"{_N}/labels.py", _RULES)
_installer = mutated(f"{_N}/k3s_installer.py", _RULES)
_tested = mutated(f"{_N}/tested_versions.py", _RULES)
_deny = mutated(f"{_N}/default_deny.py", _RULES)
_envoy = mutated(f"{_N}/envoy_config.py", _RULES)
_retry = mutated(f"{_N}/route_retry.py", _RULES)
_authentication = mutated(f"{_E}/authentication.py", _RULES)
_hosts = mutated(f"{_E}/node_encryption.py", _RULES)
_images = mutated(f"{_E}/images.py", _RULES)
_containers = mutated("policies/framework/pod_spec.py", _RULES)
_adapter = mutated("policies/framework/adapter.py", _WIRE)

JUDGEMENTS: tuple[Mutation, ...] = (
    _attachments("101 attachments", "ATTACHMENTS = 100", "ATTACHMENTS = 101"),
    _attachments(
        "the autoscaler is not counted",
        "sum(each for each in maxima if isinstance(each, int))",
        "0",
    ),
    _attachments(
        "two networks are one", "several = len(NETWORK", "several = False and len(NETWORK"
    ),
    _autoscaler("the autoscaler's own option", "yield int(option[1])", "yield 0"),
    _server_firewall("no firewall passes", "            bare.append(each)", "            pass"),
    _server_firewall("any selector protects", "selects(one, labels)", "labels"),
    _script("a script's comments count", 'COMMENT.sub("", opened(script))', "opened(script)"),
    _script("agents are servers", 'if each.role != "server":', "if not each.role:"),
    _selectors(
        "only one value is read", '.split(",")]\n        found', '.split(";")]\n        found'
    ),
    _config(
        "IPsec is WireGuard", 'for kind in ("wireguard", "ipsec"):', 'for kind in ("wireguard",):'
    ),
    _services("Gateways make no load balancer", "return [*services, *gateways]", "return services"),
    _services("any Service makes a load balancer", '== "LoadBalancer"', '!= "ExternalName"'),
    _placement("eleven in a group", "PLACEMENT_GROUP_SERVERS = 10", "PLACEMENT_GROUP_SERVERS = 11"),
    _placement("any kind of group passes", 'if kind != "spread" and', 'if kind == "" and'),
    _placement("no group at all passes", 'if group in (None, "", 0):', 'if group == "":'),
    _placement("two groups pass", "and len(known) > 1:", "and len(known) > 9:"),
    _firewall_size("51 rules", "FIREWALL_RULES = 50", "FIREWALL_RULES = 51"),
    _servers("user_data of any size", "if size > USER_DATA_BYTES:", "if size < 0:"),
    _servers("64 characters", "(?!.{64})", "(?!.{65})", _RULES, _WIRE),
    _servers(
        "retired types pass", 'if kind in entries(settings["retiredTypes"]):', "if kind is None:"
    ),
    _servers("announced types pass", "if text(kind) in announced:", "if kind is Ellipsis:"),
    _balancers("26 targets", '"lb11": {"services": 5, "targets": 25}', '"lb11": {"services": 5}'),
    _balancers("a selector is one target", "return sum(selects(", "return any(selects("),
    _balancers("a small one by default is large", 'DEFAULT_TYPE = "lb11"', 'DEFAULT_TYPE = "lb31"'),
    _labels(
        "values of 64 characters", '{0,61}[A-Za-z0-9])?")\nPREFIX', '{0,62}[A-Za-z0-9])?")\nPREFIX'
    ),
    _labels("a label that is there is changed", "if at(labels, key) is None}", "}", _LABELS),
    _labels("firewalls are labelled", "OWNED = (*SERVER.types,", 'OWNED = ("hcloud:*",', _LABELS),
    _installer("a channel passes", "elif channel and not newest:", "elif False:"),
    _installer("any version passes", "and version and K3S.fullmatch(version[1]):", "and version:"),
    _tested("any Kubernetes passes", "if minor not in listed:", "if not minor:"),
    _tested("an older Gateway API passes", "or found < wanted)", "or not found)"),
    _tested(
        "below the lowest passes", 'if numbers(version) < numbers(at(row, "lowest")):', "if False:"
    ),
    _deny("one direction is enough", "return here and direction in self.directions", "return here"),
    _deny("an open rule of Kubernetes closes", "return not peers or any(", "return any("),
    _deny("an open rule of Cilium closes", 'return "all" in named or', "return"),
    _deny(
        "policies do not add up", "any(each.opens(name, way)", "any(False and each.opens(name, way)"
    ),
    _deny(
        "every clusterwide policy closes all",
        "frozenset(values))\n    elif",
        "frozenset())\n    elif",
    ),
    _envoy(
        "no listener passes",
        "endswith(LISTENER) for kind in kinds",
        'endswith("") for kind in kinds',
    ),
    _envoy("any cluster name passes", 'if "/" in text(name):', "if text(name):"),
    _retry("the standard channel passes", 'elif channel != "experimental":', "elif not channel:"),
    _retry("codes may be missing", "elif not entries(codes):", "elif codes == 0:"),
    _authentication("no SPIRE passes", "if found is not True and", "if found is Ellipsis and"),
    _authentication("any line carries it", "and line not in LINES:", "and not LINES:"),
    _hosts("it is never said", 'if settings["accepted"]:', "if switch:"),
    _images("latest passes", 'CHANNELS = ["latest", ', "CHANNELS = ["),
    _images("a channel for a base passes", "(not base or base.isalpha())", "not base"),
    _images("a port is a tag", 'name.rpartition("/")[2].partition(":")', 'name.partition(":")'),
    _containers(
        "jobs are not looked at", '    ("spec", "jobTemplate", "spec", "template", "spec"),\n', ""
    ),
    _adapter(
        "a remediation loses what is secret beside it",
        "            props[key][name] = value\n",
        "            props[key] = {**props[key], name: value}\n",
        _LABELS,
    ),
)
