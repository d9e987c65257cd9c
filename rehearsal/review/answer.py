"""The review as the JSON object that `--json` prints, described by `docs/review.schema.json`."""

from dataclasses import asdict
from typing import Any

from rehearsal.review.review import Review
from sovereign.plan.cost import NOT_INCLUDED

SCHEMA_VERSION = 1


def answer(review: Review) -> dict[str, Any]:
    """Every fact of the comment."""
    money = review.cost
    return {
        "schemaVersion": SCHEMA_VERSION,
        "command": "review",
        "stack": review.stack,
        "engine": review.engine,
        "base": asdict(review.base),
        "head": review.head,
        "otherStackFiles": list(review.others),
        "result": review.verdict,
        "reasons": [asdict(one) for one in review.reasons],
        "complete": review.complete,
        "resources": review.counts,
        "nodes": [
            {
                "name": node.name,
                "role": node.role,
                "pool": node.pool,
                "fate": node.fate,
                "serverTypeBefore": node.type_before,
                "serverTypeAfter": node.type_after,
                "privateIp": node.private_ip,
                "why": node.why,
            }
            for node in review.nodes
        ],
        "firewalls": [asdict(one) for one in review.openings],
        "changes": [
            {
                "action": one.action,
                "type": one.type,
                "name": one.name,
                "urn": one.urn,
                "reason": one.reason,
                "properties": [asdict(each) for each in one.properties],
                "moreProperties": one.more,
            }
            for one in review.changes
        ],
        "policies": {
            "rules": review.rules,
            "evaluated": review.evaluated,
            "findings": [asdict(one) for one in review.findings],
            "known": [asdict(one) for one in review.known_findings],
            "deferred": [asdict(one) for one in review.deferred],
            "idle": list(review.idle),
        },
        "monthlyCost": {
            "currency": money.currency,
            "priceDate": money.date,
            "sample": money.sample,
            "before": money.before,
            "after": money.after,
            "difference": money.difference,
            "serverTypes": [
                {
                    "serverType": row.what,
                    "price": row.price,
                    "before": row.before,
                    "after": row.after,
                }
                for row in money.rows
                if row.kind == "server"
            ],
            "positions": [{**asdict(row), "difference": row.difference} for row in money.rows],
            "notIncluded": NOT_INCLUDED,
            "unpriced": list(money.unpriced),
        },
        "limits": [
            {"what": one.what, "used": one.used, "limit": one.limit, "where": one.where}
            for one in review.margins
        ],
        "settings": [asdict(one) for one in review.settings],
        "setBack": list(review.set_back),
        "notes": list(review.notes),
        "errors": [],
    }


def unanswered(
    stack: str, engine: str, result: str, errors: list[dict[str, str]]
) -> dict[str, Any]:
    """The answer where no review could be made: `usage`, `failed` or `unavailable`, with errors."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "command": "review",
        "stack": stack,
        "engine": engine,
        "result": result,
        "errors": errors,
    }
