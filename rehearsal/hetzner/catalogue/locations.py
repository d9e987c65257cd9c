"""Locations and their network zones (facts/hetzner.md §2)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Location:
    """A place where machines stand; coordinates in degrees."""

    id: int
    name: str
    network_zone: str
    description: str
    country: str
    city: str
    latitude: float
    longitude: float


LOCATIONS = (
    Location(1, "fsn1", "eu-central", "Falkenstein DC Park 1", "DE", "Falkenstein", 50.48, 12.37),
    Location(2, "nbg1", "eu-central", "Nuremberg DC Park 1", "DE", "Nuremberg", 49.45, 11.08),
    Location(3, "hel1", "eu-central", "Helsinki DC Park 1", "FI", "Helsinki", 60.17, 24.94),
    Location(4, "ash", "us-east", "Ashburn, VA", "US", "Ashburn, VA", 39.05, -77.49),
    Location(5, "hil", "us-west", "Hillsboro, OR", "US", "Hillsboro, OR", 45.54, -122.98),
    Location(6, "sin", "ap-southeast", "Singapore", "SG", "Singapore", 1.28, 103.83),
)

LOCATION = {location.name: location for location in LOCATIONS}
NETWORK_ZONES = frozenset(location.network_zone for location in LOCATIONS)
EUROPE = ("nbg1", "fsn1", "hel1")
EVERYWHERE = tuple(LOCATION)
