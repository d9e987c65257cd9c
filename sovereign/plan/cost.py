"""What the servers cost per month, from a price book with date and source; a missing price makes
the cost unknown.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sovereign.plan.model import CostPlan, NodePlan


def price(nodes: Sequence[NodePlan], book: Mapping[str, Any]) -> CostPlan:
    """Sum the monthly price of every node; `book` has currency, date, sample and serverTypes."""
    prices: Mapping[str, float] = book["serverTypes"]
    unknown = sorted({node.server_type for node in nodes} - set(prices))
    amount = None if unknown else round(sum(float(prices[n.server_type]) for n in nodes), 2)
    return CostPlan(
        amount=amount,
        currency=book["currency"],
        price_date=str(book["date"]),
        sample=bool(book["sample"]),
        unknown=tuple(unknown),
    )
