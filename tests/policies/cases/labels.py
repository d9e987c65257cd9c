"""What rules say of labels."""

from tests.policies.cases.case import Case
from tests.policies.registrations import UNKNOWN

FORM, OWNER = "hcloud-labels", "managed-by-label"
REFUSED = "at most 63 letters, digits and inner `._-` fit"
LABELS = [
    Case(FORM, "compliant", {"labels": {"example.com/team": "a-1", "empty": "", "x": "1.2"}}),
    Case(
        FORM,
        "violating",
        {"labels": {"-key": "v", "Example.com/x": "v", "hetzner.cloud/x": "v", "a": "b/c"}},
        [
            "the label key `-key` is not of Hetzner's form",
            "the label key `Example.com/x` is not of Hetzner's form",
            "the label key `hetzner.cloud/x` has Hetzner's own prefix",
            f"the label a has a value of 3 characters, `b/c`: {REFUSED}",
        ],
    ),
    Case(
        FORM,
        "violating",
        {"labels": {"a": "v" * 64}},
        [f"the label a has a value of 64 characters, `{'v' * 64}`: {REFUSED}"],
    ),
    Case(FORM, "compliant", {"labels": {"a": "v" * 63, "k" * 63: "v"}}),
    Case(FORM, "missing", {}, None),
    Case(FORM, "unknown", {"labels": UNKNOWN}, ["deferred: labels"]),
    Case(FORM, "unknown", {"labels": {"a": UNKNOWN}}, ["deferred: labels.a"]),
    Case(OWNER, "compliant", {"labels": {"managed-by": "somebody"}}),
    Case(OWNER, "violating", {"labels": {"a": "b"}}, ["no label managed-by"]),
    Case(OWNER, "missing", {}, ["no label managed-by"]),
    Case(OWNER, "unknown", {"labels": UNKNOWN}, ["deferred: labels"]),
    Case(
        OWNER,
        "configured",
        {"labels": {"team": "a"}},
        ["no label owner"],
        {"labels": {"owner": "nobody", "team": "x"}},
    ),
]

CASES = LABELS
