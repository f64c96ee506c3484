"""The networks that can be put between a target and its dependencies, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ProfileName = Literal["loopback", "zone", "metro", "region"]
"""The names, for what checks a configuration and describes it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A network between target and dependencies, by its round trip."""

    name: ProfileName
    round_trip: float
    """Seconds added to each round trip, and to the handshake of each connection."""
    means: str = "nothing"
    """What adds it, once a backend has applied it: "the tap", or "tc netem"."""


# Within a data centre's zone, between those of one metropolitan area, and between regions.
LOOPBACK = Profile("loopback", 0.0)
ZONE = Profile("zone", 0.001)
METRO = Profile("metro", 0.005)
REGION = Profile("region", 0.020)
PROFILES: Mapping[str, Profile] = {
    profile.name: profile for profile in (LOOPBACK, ZONE, METRO, REGION)
}
