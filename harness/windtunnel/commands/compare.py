"""`windtunnel compare`: say whether head is slower, hungrier or chattier than base."""

import secrets
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from windtunnel.commands.consent import consented
from windtunnel.commands.duration import FiniteRange
from windtunnel.commands.exit_status import STATUS
from windtunnel.commands.masking import cleaned
from windtunnel.commands.session_options import StackOptions, stack_options
from windtunnel.criteria.comparable_answers import not_comparable
from windtunnel.criteria.intervals import CONFIDENCE
from windtunnel.criteria.regression import share
from windtunnel.criteria.tolerances import Tolerances
from windtunnel.criteria.verdict import Ruling, overall
from windtunnel.errors import ConfigurationError, NotConfigured
from windtunnel.history import machine, store
from windtunnel.history.entry import SCHEMA, Entry, figures, told_apart
from windtunnel.load.request_source import request_named
from windtunnel.paired import report
from windtunnel.paired.arms import Arm, address_of, of_image, of_tree
from windtunnel.paired.fault_text import parse
from windtunnel.paired.measurement import ComparisonRequest, ComparisonResult
from windtunnel.paired.revisions import trees
from windtunnel.paired.side_by_side import compare_addresses, compare_arms
from windtunnel.reports.files import check_writable
from windtunnel.session import Session
from windtunnel_faults import Fault


@click.command()
@click.argument("base", required=False)
@click.argument("head", required=False)
@click.option("--base-url", metavar="URL", help="Compare services that run already: base's URL.")
@click.option("--head-url", metavar="URL", help="Head's URL.")
@click.option("--base-image", metavar="IMAGE", help="Compare two images (backend docker).")
@click.option("--head-image", metavar="IMAGE", help="Head's image.")
@click.option("--endpoint", "endpoints", multiple=True, help="Instead of all configured ones.")
@click.option("--budget", type=FiniteRange(1, 3600), default=60.0, show_default=True)
@click.option("--tolerance", "tolerances", multiple=True, help="Such as p99=0.5; see below.")
@click.option("--fault", "faults", multiple=True, help="Such as 'latency catalog seconds=0.1'.")
@stack_options
@click.option("--same-python", is_flag=True, help="Run both with this Python, build nothing.")
@click.option("--install", default="", help="Command that fills {python}'s environment.")
@click.option("--history", "kept", metavar="PLACE", help="Keep the result: a file or git-notes.")
@click.option("--inconclusive", type=click.Choice(["report", "fail"]), default="report")
def compare(  # noqa: PLR0917 - click passes all by name
    base: str | None,
    head: str | None,
    base_url: str | None,
    head_url: str | None,
    base_image: str | None,
    head_image: str | None,
    endpoints: tuple[str, ...],
    budget: float,
    tolerances: tuple[str, ...],
    faults: tuple[str, ...],
    chosen: StackOptions,
    same_python: bool,  # noqa: FBT001 - the same
    install: str,
    kept: str | None,
    inconclusive: str,
) -> int:
    """Compare the revision BASE with HEAD, or with the working tree where HEAD is not given.

    Both are run at once behind the same proxies and asked in pairs, in an order drawn from the
    seed, until every answer is certain or --budget (seconds) is over. Exit status 1 where head is
    worse by more than a tolerance, beyond what noise explains; 3 where an arm gave too few good
    answers to compare, or more fallbacks than the other; other INCONCLUSIVE figures fail only
    where --inconclusive=fail.

    Tolerances are shares, of base's figure: mean (of capped times), p50, p99, throughput, cpu,
    memory; of all requests: slow; and amounts a request: growth (bytes of memory), calls (to a
    dependency).

    Environments are built once for each state of pyproject.toml, requirements, constraints and
    lock files, and kept in the user's cache folder under windtunnel/environments.
    """
    under = [parse(text) for text in faults]
    asked = tuple(dict.fromkeys(endpoints))
    by_path = asked and all(each.startswith("/") for each in asked)
    allowed = Tolerances.parse(tolerances)
    given = [bool(base), bool(base_url or head_url), bool(base_image or head_image)]
    if sum(given) != 1:
        raise ConfigurationError(
            "compare: expected one of BASE, --base-url with --head-url, or --base-image with"
            " --head-image"
        )
    if given[1]:
        _check_unused(
            backend=chosen.backend,
            env=chosen.environment,
            fault=faults,
            same_python=same_python,
            install=install,
        )
        urls = (_given(base_url, "--base-url"), _given(head_url, "--head-url"))
        owned = consented(chosen.owned, lambda: chosen.session().configuration)
        addresses = (
            address_of(urls[0], "--base-url", owned),
            address_of(urls[1], "--head-url", owned),
        )
    # Services that run already need no configuration, where their endpoints' paths are given.
    session: Session | None = None
    try:
        session = chosen.session()
    except NotConfigured:
        if not (given[1] and by_path):
            raise
    seed = _seed(chosen) if session is None else session.seed
    if session is not None:
        for each in asked:
            request_named(each, session.configuration.named_requests, place="--endpoint")
    request = ComparisonRequest(
        endpoints=asked or chosen.session().configuration.endpoints,
        tolerances=allowed,
        budget=budget,
    )
    if kept and kept != store.GIT_NOTES:
        check_writable(Path(kept), f"--history {kept}")
    commit = ""
    with _interrupted_by_sigterm():
        if session is None or given[1]:
            configuration = session.configuration if session else None
            result = compare_addresses(urls, addresses, request, seed, configuration)
            return _reported(result, commit, seed, kept, inconclusive)
        run = partial(_run, session, chosen.environment, request, under)
        if given[2]:
            images = (_given(base_image, "--base-image"), _given(head_image, "--head-image"))
            result = run((of_image(images[0]), of_image(images[1])))
        else:
            assert base is not None  # noqa: S101 - counted above
            project = Path(session.configuration.directory)
            with trees(project, base, head) as (older, newer):
                arms = (
                    of_tree(older, same_python=same_python, install=install),
                    of_tree(newer, same_python=same_python, install=install),
                )
                result, commit = run(arms), newer.commit
    return _reported(result, commit, seed, kept, inconclusive)


def _seed(chosen: StackOptions) -> int:
    return secrets.randbelow(2**32) if chosen.seed is None else chosen.seed


def _reported(
    result: ComparisonResult, commit: str, seed: int, kept: str | None, inconclusive: str
) -> int:
    """Print the result, keep it where asked for, and return the exit status."""
    for line in report.lines(result):
        click.echo(line)
    if kept:
        entry = _entry(result, commit, seed)
        store.append(kept, told_apart(cleaned(entry), entry), Path.cwd())
    worst = overall(result.verdicts)
    compared = result.comparison
    if worst is not Ruling.FAIL and any(
        not_comparable(compared.of(each), share(compared, CONFIDENCE))
        for each in compared.endpoints
    ):
        return STATUS[Ruling.INCONCLUSIVE]  # not noise: there was nothing to compare
    failed = worst is Ruling.FAIL or (worst is Ruling.INCONCLUSIVE and inconclusive == "fail")
    return int(failed)


def _check_unused(**options: object) -> None:
    """Refuse what has no meaning for services that run already."""
    for name, value in options.items():
        if value:
            raise ConfigurationError(
                f"compare: --{name.replace('_', '-')} starts or changes what is compared;"
                " expected without --base-url and --head-url"
            )


def _run(
    session: Session,
    environment: Mapping[str, str],
    request: ComparisonRequest,
    faults: list[Fault],
    arms: tuple[Arm, Arm],
) -> ComparisonResult:
    try:
        stack = session.stack("compare", environment, lambda verdict: None)
        try:
            return compare_arms(stack, arms, request, faults)
        finally:
            stack.close()
    finally:
        session.close()


def _entry(result: ComparisonResult, commit: str, seed: int) -> Entry:
    described = machine.description()
    comparison = result.comparison
    return Entry(
        schema=SCHEMA,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        commit=commit,
        head=comparison.head,
        base=comparison.base,
        fingerprint=machine.fingerprint(described),
        machine=described,
        under="; ".join(comparison.conditions),
        seed=seed,
        figures=figures(result.verdicts),
        remarks=comparison.remarks,
    )


def _given(value: str | None, option: str) -> str:
    if not value:
        raise ConfigurationError(f"compare: {option} is missing")
    return value


@contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the run as Ctrl-C does, so that work trees and programs are removed."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
