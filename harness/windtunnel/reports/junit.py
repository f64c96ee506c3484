"""A test's findings as properties of its JUnit test case, which CI systems show beside it."""

from windtunnel.reports.scenario_result import ScenarioResult

PREFIX = "windtunnel."


def properties(tried: ScenarioResult) -> list[tuple[str, str]]:
    """Return names and values: faults, verdicts, the replay command, and which attempt it was."""
    found = [(f"{PREFIX}fault", each.fault) for each in dict.fromkeys(tried.injected)]
    found += [(f"{PREFIX}verdict", str(each.verdict)) for each in tried.judged]
    if found:
        found.append((f"{PREFIX}replay", tried.replay))
    if tried.attempt > 1:
        found.append((f"{PREFIX}attempt", str(tried.attempt)))
    return found
