"""Mutations of configuration, catalog, secrets and outputs."""

from tests.mutation.mutation import Mutation, mutated

_config = mutated("sovereign/config.py", "tests/config/test_defaults.py")
_VALUES = (
    "tests/config/test_values.py",
    "tests/config/test_keys.py",
    "tests/config/test_parsing.py",
)
_parsing = mutated("sovereign/parsing.py", *_VALUES)
_problems = mutated("sovereign/problems.py", *_VALUES)
_secrets = mutated("sovereign/secrets.py", "tests/program/test_secrets.py")
_program = mutated("sovereign/program.py", "tests/program/test_program.py")
_outputs = mutated("sovereign/outputs.py", "tests/contract/test_outputs.py")
_contract = mutated("sovereign/contract.py", "tests/contract/test_outputs.py")

CONFIGURATION: tuple[Mutation, ...] = (
    _config(
        "another default MTU", "Field(ge=1280, le=1450)] = 1450", "Field(ge=1280, le=1450)] = 1400"
    ),
    _config(
        "pods in the nodes' range by default",
        'pod_cidr: str = "10.42.0.0/16"',
        'pod_cidr: str = "10.41.0.0/16"',
    ),
    _config("protected by default", "protect: bool = False", "protect: bool = True"),
    _config("unhardened by default", "hardening: bool = True", "hardening: bool = False"),
    _config("unknown keys are taken", 'extra="forbid"', 'extra="ignore"', *_VALUES),
    _config("texts pass as numbers", "strict=True,", "strict=False,", *_VALUES),
    _config(
        "worker ids beyond the address plan",
        "Field(ge=1, le=230)]\nControl",
        "Field(ge=1, le=231)]\nControl",
        *_VALUES,
    ),
    _config(
        "generations of JSON are refused",
        "int(k) if isinstance(k, str) and k.isdecimal() else k",
        "k",
        *_VALUES,
    ),
    _config(
        "an MTU above the network's is taken",
        "Field(ge=1280, le=1450)]",
        "Field(ge=1280, le=1500)]",
        *_VALUES,
    ),
    _parsing(
        "missing operators mean nobody", "if operator_cidrs is None:", "if operator_cidrs == 1:"
    ),
    _parsing(
        "one block passes as a list", "not isinstance(operator_cidrs, list) or not all(", "not all("
    ),
    _parsing(
        "loopback is just another address",
        'in ("127.0.0.1", "localhost", "::1", "[::1]")',
        'in ("127.0.0.2",)',
    ),
    _parsing(
        "only the first problem is said",
        "problems.extend(problem for problem in found if problem.path not in said)",
        "problems.extend(found[:1])",
    ),
    _parsing(
        "a problem is said twice",
        "for problem in found if problem.path not in said)",
        "for problem in found)",
    ),
    _problems("no nearest key is named", "known, 1, 0.5)", "known, 1, 1.0)"),
    _parsing("long values are said whole", "len(text) <= 60", "len(text) <= 6000"),
    _parsing(
        "a relative directory is a mirror", 'mirror[:1] in ("", "/") or "://" in mirror', "True"
    ),
    _secrets("both tokens are one", '"k3s-agent-token"', '"k3s-server-token"'),
    _secrets(
        "host keys do not rotate", '"ssh-host-key", node, generation)', '"ssh-host-key", node)'
    ),
    _secrets(
        "all nodes share a host key",
        'derive(seed, "ssh-host-key", node, generation)',
        'derive(seed, "ssh-host-key", "", generation)',
    ),
    _secrets("another derivation", 'b"sovereign/1"', 'b"sovereign/2"'),
    _secrets(
        "random check words",
        'check = HKDF(SHA256(), 4, _SALT, b"openssh-check").derive(secret)',
        'check = __import__("os").urandom(4)',
    ),
    _program("short seeds are taken", "len(seed) < SEED_MIN_CHARACTERS", "len(seed) < 8"),
    _program(
        "a missing seed is not said",
        'if config.get_secret("seed") is None:',
        'if config.get_secret("seed") == 1:',
    ),
    _program(
        "the token is not secret",
        'pulumi.Output.secret(os.environ.get("HCLOUD_TOKEN", ""))',
        'pulumi.Output.from_input(os.environ.get("HCLOUD_TOKENS", ""))',
    ),
    _program(
        "nobody hears of a plain seed",
        "if not pulumi.runtime.is_config_secret",
        "if None and not pulumi.runtime.is_config_secret",
    ),
    _program(
        "nobody hears that nobody gets in",
        "if not plan.operator_cidrs:",
        "if plan.operator_cidrs == 1:",
    ),
    _config(
        "labels with blanks",
        'Field(pattern=r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$")]',
        "Field()]",
        *_VALUES,
    ),
    _contract("the kubeconfig is in clear", '{"minLength": 1}, secret=True', '{"minLength": 1}'),
    _contract(
        "a renamed output", 'OutputPromise("gatewayClass"', 'OutputPromise("gatewayClassName"'
    ),
    _outputs(
        "the API's public address inside",
        'control_planes[0].private_ip, ":6443"',
        'control_planes[0].public_ip, ":6443"',
    ),
    _outputs(
        "planned instead of installed values",
        '"ciliumValues": sovereign.cilium.values,',
        '"ciliumValues": dict(plan.cilium.values),',
        "tests/components/test_cilium.py",
    ),
)
