"""Prices as the API writes them. **Sample values**: nobody should budget with them.

They have the right order of magnitude and stand here so that clients which read prices find some.
"""

from typing import Any

PRICE_DATE = "2026-11-22"
CURRENCY = "EUR"
VAT_PERCENT = 19.0
HOURS_PER_MONTH = 624
TERABYTE = 10**12
INCLUDED_TRAFFIC = 20 * TERABYTE
TRAFFIC_PER_TB = 1.0
PRIMARY_IPV4_MONTHLY = 0.5
VOLUME_PER_GB_MONTH = 0.044
IMAGE_PER_GB_MONTH = 0.011
BACKUP_PERCENT = 20


def price(net: float) -> dict[str, str]:
    """An amount net and gross."""
    return {"net": f"{net:.4f}", "gross": f"{net * (1 + VAT_PERCENT / 100):.4f}"}


def price_per_time(location: str, monthly: float) -> dict[str, Any]:
    """A price in one location, by the hour and by the month."""
    return {
        "location": location,
        "price_hourly": price(monthly / HOURS_PER_MONTH),
        "price_monthly": price(monthly),
    }


def price_with_traffic(location: str, monthly: float) -> dict[str, Any]:
    """The same for something that includes traffic (bytes)."""
    return {
        **price_per_time(location, monthly),
        "included_traffic": INCLUDED_TRAFFIC,
        "price_per_tb_traffic": price(TRAFFIC_PER_TB),
    }
