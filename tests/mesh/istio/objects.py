"""Istio's objects as Hypothesis makes them: mostly sound, now and then as nobody expects."""

from typing import Any

from hypothesis import strategies as st

KEYS = ("spec", "name", "hosts", "exact", "host", "mode", "match", "from", "set", "x-a", "brandNew")
plain = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 70000), st.sampled_from(KEYS), st.text(max_size=3)
)
junk = st.recursive(
    plain,
    lambda below: st.one_of(
        st.lists(below, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=2)), below, max_size=4),
    ),
    max_leaves=12,
)


def _or_junk(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 24).flatmap(lambda n: junk if n == 17 else strategy)


def _all(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({key.strip("_"): _or_junk(f) for key, f in fields.items()})


def _some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {}, optional={key.strip("_"): _or_junk(f) for key, f in fields.items()}
    )


def _merged(*parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*parts).map(lambda found: {k: v for part in found for k, v in part.items()})


def _list(strategy: st.SearchStrategy[Any], least: int = 1) -> st.SearchStrategy[list[Any]]:
    return st.lists(_or_junk(strategy), min_size=least, max_size=2)


host = st.sampled_from(
    ["api", "api", "api.shop.svc.cluster.local", "web.other.svc", "api.example.com", "*", "A_b"]
)
path = st.sampled_from(["/", "/a", "/a/b", "/a/", "//", "a", "/a?b", "%PREFIX()%"])
duration = st.sampled_from(["1s", "1.5s", "30s", "0s", "250ms", "1ns", "soon"])
word = st.sampled_from(["api", "v1", "x-a", "GET", "1", "%REQ(x)%", "a b", "*"])
number = st.integers(0, 99)
labels = st.dictionaries(st.sampled_from(["app", "v"]), st.sampled_from(["api", "1"]), max_size=2)
matched = st.one_of(*(_all(**{kind: word}) for kind in ("exact", "prefix", "regex")))
uri = st.one_of(*(_all(**{kind: path}) for kind in ("exact", "prefix", "regex")))
method = _all(exact=st.sampled_from(["GET", "POST", "ANY"]))
changes = _some(
    set=st.dictionaries(word, word, max_size=2),
    add=st.dictionaries(word, word, max_size=2),
    remove=_list(word),
)
headers = _some(request=changes, response=changes)
backend = _merged(
    _all(destination=_merged(_all(host=host, port=_all(number=number)), _some(subset=word))),
    _some(weight=number, headers=headers),
)
match = _some(
    uri=uri,
    method=method,
    headers=st.dictionaries(word, matched, max_size=2),
    queryParams=st.dictionaries(word, matched, max_size=2),
)
extras = _some(
    match=_list(match),
    rewrite=_some(uri=path, authority=host),
    timeout=duration,
    retries=_some(attempts=number, perTryTimeout=duration, retryOn=word, backoff=duration),
    headers=headers,
    mirror=_all(host=host),
    name=word,
)
redirect = _some(uri=path, authority=host, port=number, redirectCode=st.sampled_from([301, 99]))
rule = st.one_of(
    _merged(_all(route=_list(backend)), extras),
    _merged(_all(redirect=redirect), _some(match=_list(match))),
)
pool = _some(
    tcp=_some(maxConnections=number, connectTimeout=duration, maxConnectionDuration=duration),
    http=_some(maxRetries=number, idleTimeout=duration, maxConcurrentStreams=number),
)
policy = _some(
    connectionPool=pool,
    outlierDetection=_some(consecutive5xxErrors=number, interval=duration, minHealthPercent=number),
    loadBalancer=_all(simple=st.sampled_from(["RANDOM", "LEAST_CONN", "PASSTHROUGH"])),
    tls=_all(mode=st.sampled_from(["DISABLE", "ISTIO_MUTUAL", "SIMPLE"])),
)
subset = _merged(_all(name=word, labels=labels), _some(trafficPolicy=policy))
mtls = _all(mode=st.sampled_from(["STRICT", "PERMISSIVE", "DISABLE"]))
selector = _all(matchLabels=labels)
caller = st.sampled_from(["*", "cluster.local/ns/a/sa/b", "cluster.local/ns/a/*", "other/ns/a"])
source = st.one_of(
    _all(principals=_list(caller)),
    _all(namespaces=_list(word)),
    _all(ipBlocks=_list(st.sampled_from(["192.0.2.1", "2001:db8::/32", "all"]))),
)
operation = _some(
    methods=_list(st.sampled_from(["GET", "POST", "*"])),
    paths=_list(st.sampled_from(["/a", "/a/*", "*/b", "/{*}", "/a.b"])),
    ports=_list(st.sampled_from(["80", "8080", "http"])),
)
asked = st.one_of(
    _all(from_=_list(_all(source=source))),
    _all(to=_list(_all(operation=operation))),
    _all(from_=_list(_all(source=source)), to=_list(_all(operation=operation))),
)
SPECS: dict[str, st.SearchStrategy[Any]] = {
    "VirtualService": _merged(
        _all(hosts=_list(host), http=_list(rule)),
        _some(gateways=_list(st.sampled_from(["edge/public", "public", "mesh", "A b"]))),
    ),
    "DestinationRule": _merged(_all(host=host), _some(trafficPolicy=policy, subsets=_list(subset))),
    "PeerAuthentication": _some(
        mtls=mtls,
        selector=selector,
        portLevelMtls=st.dictionaries(st.sampled_from(["80", "443", "x"]), mtls, max_size=2),
    ),
    "AuthorizationPolicy": _some(
        action=st.sampled_from(["ALLOW", "DENY", "AUDIT"]), selector=selector, rules=_list(asked)
    ),
}
metadata = _merged(
    _all(name=st.sampled_from(["api", "api", "other", "Not valid"])),
    _some(
        namespace=st.sampled_from(["shop", "shop", "istio-system", "Not valid"]),
        labels=labels,
        annotations=st.dictionaries(word, word, max_size=2),
    ),
)


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    """One of Istio's objects, or a workload."""
    kind = draw(st.sampled_from([*SPECS, *SPECS, "ServiceEntry", "Deployment"]))
    group = "security" if kind in ("PeerAuthentication", "AuthorizationPolicy") else "networking"
    found = {
        "apiVersion": "apps/v1" if kind == "Deployment" else f"{group}.istio.io/v1",
        "kind": kind,
        "metadata": draw(_or_junk(metadata)),
        "spec": draw(_or_junk(SPECS.get(kind, junk))),
    }
    if draw(st.integers(0, 9)) == 7:
        found[draw(st.sampled_from([*found, "status"]))] = draw(junk)
    return found
