"""Mutations of what runs on nodes: several lines of every script, and the files beside them."""

from tests.mutation.mutation import Mutation, mutated

_D = "sovereign/scripts"
_files = "tests/scripts/test_node_files.py"
_join = mutated(f"{_D}/join.sh", "tests/scripts/test_join.py")
_fetch = mutated(f"{_D}/fetch-artifact.sh", "tests/scripts/test_fetch_artifact.py")
_address = mutated(f"{_D}/wait-for-address.sh", "tests/scripts/test_wait_for_address.py")
_api = mutated(f"{_D}/wait-api.sh", "tests/scripts/test_api.py")
_read = mutated(f"{_D}/read-kubeconfig.sh", "tests/scripts/test_api.py")
_values = mutated(f"{_D}/write-values.sh", "tests/scripts/test_api.py")
_apply = mutated(f"{_D}/apply-manifests.sh", "tests/scripts/test_apply_manifests.py")
_restart = mutated(f"{_D}/restart-ssh.sh", "tests/scripts/test_restart_ssh.py")
_ready = mutated(f"{_D}/wait-ready.sh", "tests/scripts/test_wait_ready.py")
_retire = mutated(f"{_D}/retire.sh", "tests/scripts/test_retire.py")
_leave = mutated(f"{_D}/leave.sh", "tests/scripts/test_leave.py")
_diagnose = mutated(f"{_D}/diagnose.sh", "tests/scripts/test_diagnose.py")
_boot = mutated(f"{_D}/cloud-init.yaml", _files, "tests/plan/test_user_data.py")
_sshd = mutated(f"{_D}/sshd.conf", _files)
_psa = mutated(f"{_D}/psa.yaml", _files)
_events = mutated(f"{_D}/eventratelimit.yaml", _files)
_audit = mutated(f"{_D}/audit.yaml", _files)
_kernel = mutated(f"{_D}/90-kubelet.conf", _files)
_server_unit = mutated(f"{_D}/k3s.service", _files)
_agent_unit = mutated(f"{_D}/k3s-agent.service", _files)

SCRIPTS: tuple[Mutation, ...] = (
    _join("the configuration can be read by all", "umask 077", "umask 022"),
    _join("an agent runs the server's unit", "agent) unit=k3s-agent ;;", "agent) unit=k3s ;;"),
    _join(
        "no server to join", 'if [ -n "$SERVER_URL" ]; then setting server "$SERVER_URL"; fi', ":"
    ),
    _join("no token", 'setting token "$TOKEN"', ":"),
    _join(
        "no agent token",
        'if [ "$ROLE" = server ]; then setting agent-token "$AGENT_TOKEN"; fi',
        ":",
    ),
    _join("restarts at each run", "exit\nfi\n\n# Without", "fi\n\n# Without"),
    _join("never restarts", '[ "$(cat "$started_from")" = "$starting_from" ] && ', ""),
    _join(
        "a stopped unit stays stopped", ' && systemctl is-active --quiet "$unit"; then', "; then"
    ),
    _join(
        "another version passes",
        '"k3s version $K3S_VERSION "*) ;;',
        "*) ;;\nnever)\n    ;;\nno)  ;;",
    ),
    _join(
        "cloud-init is not waited for",
        "cloud-init status --wait >/dev/null || code=$?",
        "true || code=$?",
    ),
    _join(
        "any failure of the boot is overcome",
        '[ -n "$failures" ] && ! printf \'%s\\n\' "$failures" | grep -qv "^(\'scripts.user\',"',
        ":",
    ),
    _join("the limit is forgotten", '[ "$(date +%s)" -ge "$deadline" ]', "false"),
    _join("the old process counts as the new one", ' && [ "$(invocation)" != "$before" ]', ""),
    _join("the boot does not start it", 'systemctl enable --quiet "$unit"\n', ""),
    _join(
        "what it runs is not remembered", 'printf \'%s\\n\' "$starting_from" >"$started_from"\n', ""
    ),
    _join("quotes break the configuration", " | sed \"s/'/''/g\"", ""),
    _join("a second cluster is made", "for peer in ${PEERS:-}; do", "for peer in; do"),
    _join("who joins creates as well", " | sed '/^cluster-init:/d'", ""),
    _join("a lost cluster is made anew", "for worker in ${WORKERS:-}; do", "for worker in; do"),
    _join("a restored cluster is refused", ' && [ ! -d "$datastore/etcd/member/wal" ]', ""),
    _join("a named member is a datastore", '"$datastore/etcd/member/wal"', '"$datastore"'),
    _join("a removed member runs on", 'systemctl stop "$unit" || true', ":"),
    _join("a removed server joins by itself", "test ! -e %s/etcd/tombstone", "true %s"),
    _join("a removed server never joins again", 'mv "$datastore" "$datastore.$(date +%s)"', ":"),
    _join("another server to join restarts all", "-e '/^server: /d' ", ""),
    _join("another anchor restarts servers", " -e '/^cluster-init: /d'", ""),
    _join("hardening without its files", 'if [ -n "$missing" ]; then', "if false; then"),
    _join("Kubernetes goes back", 'if [ "$step" -lt 0 ] ||', 'if [ "$step" -lt -9 ] ||'),
    _join("two minors at a time", '|| [ "$step" -gt 1 ]; then', "; then"),
    _fetch("a redirect to http is followed", " --proto-redir '=https'", ""),
    _fetch("nothing is verified", 'is_right "$work/artifact" ||', "true ||"),
    _fetch("a download each time", 'if [ -f "$dest" ] && is_right "$dest"; then', "if false; then"),
    _fetch("the first entry of any name", '$2 == name || $2 == "*" name', "1"),
    _fetch("no sum at all passes", '[ "$checksum_url" != - ] ||', "true ||"),
    _fetch("another mode", 'chmod "$mode" "$work/artifact"', "true"),
    _fetch("leftovers", "trap 'rm -rf \"$work\"' EXIT", ":"),
    _fetch("errors of the server pass", "curl --fail --location", "curl --location"),
    _address("a similar address counts", 'grep -qF " inet $address/"', 'grep -qF "inet $address"'),
    _address("it never gives up", '[ "$waited_s" -ge "$limit_s" ]', "false"),
    _address("it gives up silently", ">&2\n        exit 1", ">&2\n        exit 0"),
    _api("any answer is ready", ' && [ "$answer" = ok ]', ""),
    _api("it never gives up", '[ "$(date +%s)" -ge "$deadline" ]', "false"),
    _api("another question", "--raw=/readyz", "--raw=/healthz"),
    _read("an empty file passes", '[ ! -s "$kubeconfig" ]', '[ ! -e "$kubeconfig" ]'),
    _read("a word too many", 'cat "$kubeconfig"', 'echo kubeconfig; cat "$kubeconfig"'),
    _values("values can be read by all", "umask 077", "umask 022"),
    _values("not to the byte", "printf '%s' \"$VALUES\"", "printf '%s\\n' \"$VALUES\""),
    _apply(
        "unverified manifests", '"$sha256" "$checksum_url"\n    k3s', '- "$checksum_url"\n    k3s'
    ),
    _apply("applied on the client", "--server-side --force-conflicts ", ""),
    _apply("definitions are not awaited", '[ -n "$definitions" ] || continue', "continue"),
    _apply(
        "a refusal passes",
        'exec "$library/diagnose.sh" "$(uname -n): the cluster refused',
        'true "$(uname -n): the cluster refused',
    ),
    _restart(
        "the socket goes on at 22",
        "if systemctl is-enabled --quiet ssh.socket; then",
        "if false; then",
    ),
    _restart("an image without sshd passes", ">&2\nexit 1", ">&2"),
    _ready("a node that never came is ready", "if (!(name in ready))", "if (0)"),
    _ready("NotReady is ready", 'else if (ready[name] != "True")', "else if (0)"),
    _ready(
        "taints are passed over",
        "else if (taints[name] ~ /node",
        "else if (0 && taints[name] ~ /node",
    ),
    _ready("a node without its private address", 'else if (address[name] == "")', "else if (0)"),
    _ready("an absent component is ready", "if (!(name in known))", "if (0)"),
    _ready(
        "a rollout counts as done",
        "else if (!observed[name] || updated[name] < desired[name])",
        "else if (0)",
    ),
    _ready(
        "one pod is enough",
        "else if (desired[name] == 0 || ready[name] < desired[name])",
        "else if (ready[name] == 0)",
    ),
    _ready("nobody leaves by the gate", 'if [ -n "$servers" ]; then', "if false; then"),
    _ready(
        "a healthy member goes before a dead one", "{ last = last $0", "{ print; next; last = $0"
    ),
    _ready("planned nodes leave", ' || index(planned, " " $1 " ")', ""),
    _ready("strangers leave", "index($1, prefix) != 1 || ", ""),
    _ready("a protected one leaves", 'if [ -n "$PROTECT" ]; then', "if false; then"),
    _ready("a worker leaves beside it", 'if [ -n "$others" ]; then', "if false; then"),
    _retire("the planned generation leaves", '[ "$shown" = "$HOST_KEY" ]', "false"),
    _retire("it does not wait for the others", '[ -n "$(missing)" ]; do', "false; do"),
    _retire("a protected one leaves", 'if [ -n "$PROTECT" ]; then', "if false; then"),
    _retire("beside a removed node", 'if [ -n "$leaving" ]; then', "if false; then"),
    _retire("a riddle leaves", 'if [ -z "$shown" ]; then', "if false; then"),
    _retire("no drain", 'grep -qx "$NODE True"; then', "false; then"),
    _retire("the node stays", 'k3s kubectl delete node "$NODE"', ': "$NODE"'),
    _retire("its password stays", 'k3s kubectl delete secret "$NODE', ': "$NODE'),
    _ready("it never gives up", '[ "$(date +%s)" -ge "$deadline" ]', "false"),
    _ready("it is ready at once", "        waiting >/dev/null\n    do", "        false\n    do"),
    _leave("no drain", 'if [ "$ready" = True ]; then', "if false; then"),
    _leave("a dead node is drained", 'if [ "$ready" = True ]; then', "if true; then"),
    _leave(
        "a successor is taken out", '"$identity" != "hcloud://$SERVER_ID" ]', '"$identity" = "" ]'
    ),
    _leave(
        "the node stays",
        'k3s kubectl delete node "$NODE" --ignore-not-found --timeout="${LIMIT_S}s"',
        ":",
    ),
    _leave(
        "its password stays",
        'k3s kubectl delete secret "$NODE',
        ': "$NODE',
    ),
    _leave(
        "a drain that fails passes",
        'exec "$library/diagnose.sh" "$NODE is cordoned',
        'true "$NODE is cordoned',
    ),
    _leave(
        "a silent API is an absent node",
        'exec "$library/diagnose.sh" "$(uname -n): the API does not answer',
        'true "$(uname -n): the API does not answer',
    ),
    _diagnose(
        "tokens are shown",
        "s/K10[^[:space:]\\\"']+/[scrubbed]/g",
        "s/K99[^[:space:]\\\"']+/[scrubbed]/g",
    ),
    _diagnose(
        "private keys are shown",
        "-e '/-----BEGIN [A-Z ]*PRIVATE KEY-----/,/-----END/d'",
        "-e '/-----BEGUN/d'",
    ),
    _diagnose("this host's own tokens are shown", "tokens[line]\n", 'tokens[""]\n'),
    _diagnose("the findings are not scrubbed", "} 2>&1 | scrub)", "} 2>&1)"),
    _diagnose("a failure that succeeds", "scrub\n    exit 1", "scrub\n    exit 0"),
    _diagnose(
        "agents ask the cluster",
        "if [ -s /etc/rancher/k3s/k3s.yaml ]; then in_the_cluster; fi",
        "in_the_cluster",
    ),
    _diagnose("no journal", "printf '%s\\n' \"$journal\" | tail -n 20", ":"),
    _diagnose(
        "no refused address", "grep -oE 'dial tcp [^ ]+: connect: [a-z ]+'", "grep -oE 'dial udp'"
    ),
    _boot("a failing command does not stop the boot", "  - set -e\n", "  - set -u\n"),
    _boot("the image's host keys stay", "ssh_deletekeys: true", "ssh_deletekeys: false"),
    _boot("passwords are taken", "ssh_pwauth: false", "ssh_pwauth: true"),
    _boot("root cannot log in", "disable_root: false", "disable_root: true"),
    _sshd("passwords are taken", "PasswordAuthentication no", "PasswordAuthentication yes"),
    _sshd("root by password", "PermitRootLogin prohibit-password", "PermitRootLogin yes"),
    _psa("privileged pods", "enforce: baseline", "enforce: privileged"),
    _psa("Cilium's pods are refused", "[kube-system, cilium-secrets]", "[cilium-secrets]"),
    _events("per user instead of the whole server", "type: Server", "type: User"),
    _audit(
        "bodies of Secrets are logged",
        '  - level: Metadata\n    resources:\n      - group: ""',
        '  - level: Request\n    resources:\n      - group: ""',
    ),
    _kernel("a kernel that hangs instead of rebooting", "kernel.panic=10", "kernel.panic=0"),
    _kernel("memory is not overcommitted", "vm.overcommit_memory=1", "vm.overcommit_memory=0"),
    _server_unit("it stays dead", "Restart=always", "Restart=no"),
    _server_unit("it runs an agent", "k3s server\n", "k3s agent\n"),
    _agent_unit("it stays dead", "Restart=always", "Restart=no"),
    _agent_unit("pods die with it", "KillMode=process", "KillMode=control-group"),
)
