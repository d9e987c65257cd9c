"""The stack file before and after, and what is put back of it."""

from typing import Any

from rehearsal.review.settings import compare, put_back

BEFORE: dict[str, Any] = {
    "sovereign:cluster": {"network": {"podCidr": "10.42.0.0/16"}, "pools": {"a": {"ids": [1]}}},
    "sovereign:seed": {"secure": "v1:old"},
}


def test_only_what_differs_is_listed_leaf_by_leaf() -> None:
    """Inside the cluster without its key, elsewhere with it."""
    after = {
        "sovereign:cluster": {
            "network": {"podCidr": "10.44.0.0/16"},
            "pools": {"a": {"ids": [1]}, "b": {"ids": [2, 3]}},
        },
        "sovereign:seed": {"secure": "v1:old"},
        "sovereign:operatorCidrs": ["203.0.113.7/32"],
    }
    assert [(one.path, one.before, one.after) for one in compare(BEFORE, after)] == [
        ("network.podCidr", "10.42.0.0/16", "10.44.0.0/16"),
        ("pools.b.ids", "—", "[2, 3]"),
        ("sovereign:operatorCidrs", "—", '["203.0.113.7/32"]'),
    ]


def test_a_changed_ciphertext_is_seen_and_not_shown() -> None:
    """Nor is a plain value whose key says that it is secret, nor a plain seed."""
    after = {
        **BEFORE,
        "sovereign:seed": "plain-seed",
        "app:apiToken": "plain-token",
        "app:nested": {"secure": "v1:x"},
    }
    found = compare(BEFORE, after)
    assert {one.path for one in found} == {"sovereign:seed", "app:apiToken", "app:nested"}
    assert all(one.secret for one in found)
    assert "plain" not in str(found)
    assert "v1:" not in str(found)


def test_a_seed_in_plain_text_is_secret_before_and_after() -> None:
    """Its key does not sound like it."""
    (found,) = compare({"sovereign:seed": "plain-one"}, {"sovereign:seed": "plain-two"})
    assert found.secret
    assert "plain" not in str(found)


def test_a_refused_setting_gets_its_old_value() -> None:
    """And nothing else changes; positions in a list end a path."""
    after = {
        **BEFORE,
        "sovereign:cluster": {**BEFORE["sovereign:cluster"], "network": {"podCidr": "x"}},
        "sovereign:operatorCidrs": ["0.0.0.0/0"],
    }
    config, done = put_back(after, BEFORE, ["network.podCidr", "sovereign:operatorCidrs[0]"])
    assert config == BEFORE
    assert done == ("network.podCidr", "sovereign:operatorCidrs")
    assert after["sovereign:operatorCidrs"] == ["0.0.0.0/0"]


def test_a_setting_that_is_the_same_is_put_back_one_level_up() -> None:
    """The reason lies beside it."""
    after = {**BEFORE, "sovereign:cluster": {"network": {"podCidr": "10.42.0.0/16", "zone": "x"}}}
    config, done = put_back(after, BEFORE, ["network.podCidr"])
    assert config["sovereign:cluster"]["network"] == {"podCidr": "10.42.0.0/16"}
    assert done == ("network",)


def test_nothing_is_put_back_where_nothing_differs() -> None:
    """The base itself is refused."""
    assert put_back(BEFORE, BEFORE, ["network.podCidr", "nonsense..[1]"]) == (BEFORE, ())
