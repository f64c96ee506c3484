"""Names a network profile together with what exchanges really took under it."""

import statistics

from windtunnel.network_profiles import Profile
from windtunnel.records import Evidence, ExchangeOutcome


def describe_profile(profile: Profile, evidence: tuple[Evidence, ...]) -> str:
    """Name the profile, with what an exchange really took at the tap under it."""
    if not profile.round_trip:
        return profile.name
    took = [
        exchange.ended - exchange.started
        for each in evidence
        for exchange in each.exchanges
        if exchange.ended is not None and exchange.outcome is ExchangeOutcome.ANSWERED
    ]
    stated = f"{profile.name}, {profile.round_trip * 1000:g} ms round trip added by {profile.means}"
    if not took:
        return stated
    return (
        f"{stated}; an exchange took {statistics.median(took) * 1000:.2f} ms (median, at the tap)"
    )
