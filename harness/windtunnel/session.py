"""One session's backend, seed and verdicts: started at the first use, stopped at the end."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from windtunnel.errors import ConfigurationError, NotConfigured, WindtunnelError, shown
from windtunnel.network_profiles import LOOPBACK, PROFILES

if TYPE_CHECKING:
    from windtunnel.backends.backend_contract import Backend
    from windtunnel.backends.choice import Choice
    from windtunnel.configuration import Configuration
    from windtunnel.configuration.known_at_run_time import KnownAtRunTime
    from windtunnel.injected_fault import Record
    from windtunnel.load.loop_thread import LoopThread
    from windtunnel.outgoing.masking import Masking
    from windtunnel.stack import Stack
    from windtunnel.unasked_calls import UnaskedCallsFilter


@dataclass(frozen=True, slots=True)
class _Resolved:
    """What the configuration and the options say."""

    configuration: "Configuration | NotConfigured"
    choice: "Choice"


class Session:
    """What the scenarios of one session share. Raises WindtunnelError. Close it.

    `backend` is the configured one where it is None. `settings`, KEY=value each, come before the
    configuration; `owned` are hosts beside its `owned_hosts`. Errors name options by the prefix
    `options`. The configuration is read at its first use, or by `check`: a session may need none.
    Where nothing is configured, that raises NotConfigured.
    """

    def __init__(
        self,
        *,
        directory: Path,
        configuration: Path | None,
        backend: str | None,
        seed: int | None,
        settings: Sequence[str] = (),
        owned: Sequence[str] = (),
        options: str = "--",
    ) -> None:
        self._directory = directory
        self._file = self._first_file = configuration
        self._known: KnownAtRunTime | None = None
        self._wanted = backend
        self._settings = settings
        self._owned = tuple(owned)
        self._options = options
        self.seed = secrets.randbelow(2**32) if seed is None else seed
        self._backend: Backend | None = None
        self._profile = LOOPBACK
        self._loop: LoopThread | None = None
        self._unasked: UnaskedCallsFilter | None = None
        self._secrets: set[str] = set()
        self._masking: Masking | None = None
        self.secrets_learnt: Callable[[Iterable[str]], None] = lambda values: None
        """Called with values that are secrets, beside the configured ones."""

    def __repr__(self) -> str:
        state = "started" if self._backend else "not started"
        return f"<Session, seed {self.seed}, {state}>"

    @cached_property
    def _resolved(self) -> _Resolved:
        # Imported here because every pytest session makes a Session, and few use one.
        from windtunnel.backends.choice import Choice, check_name, choose  # noqa: PLC0415 - the reason above
        from windtunnel.configuration import resolve  # noqa: PLC0415 - the same

        place = f"{self._options}backend"
        try:
            loaded = resolve(
                self._directory,
                self._file,
                options=self._settings,
                option=f"{self._options}setting",
                known=self._known,
            )
        except NotConfigured as missing:
            # A wrong option is one all the same.
            if self._wanted is not None:
                check_name(self._wanted, place)
            return _Resolved(missing, Choice("none", "nothing is configured"))
        if self._wanted is None and ("backend",) in loaded.origins:
            place = f"{loaded.origins['backend',]}: backend"
        found = loaded.configuration
        if self._owned:
            owned = dict.fromkeys((*found.owned_hosts, *self._owned))
            found = found.model_copy(update={"owned_hosts": tuple(owned)})
        return _Resolved(found, choose(self._wanted, found, place))

    def use_file(self, file: Path | None) -> None:
        """Read this file, unless something runs already; None: the one of the session's folder."""
        if file != self._file and self._backend is None:
            self._file = file
            self._forget()

    def complete(self, given: object, origin: str) -> None:
        """Lay settings over the file, or take a Configuration instead; ConfigurationError.

        `origin` says who knows them.
        """
        from windtunnel.configuration.known_at_run_time import KnownAtRunTime  # noqa: PLC0415 - as above

        self._known = KnownAtRunTime.of(given, origin)
        if self._known is not None:
            self._forget()

    def _forget(self) -> None:
        """Let the configuration be read again."""
        for each in ("_resolved", "_configured_masking"):
            self.__dict__.pop(each, None)
        self._masking = None

    @property
    def is_adapted(self) -> bool:
        """Whether the configuration is another one than what the session was made with."""
        return self._known is not None or self._file != self._first_file

    def check(self) -> None:
        """Read the configuration and check the options now; ConfigurationError says what is wrong.

        Where nothing is configured, that is no error yet.
        """
        _ = self._resolved

    @property
    def choice(self) -> "Choice":
        """The backend that is used, and why."""
        return self._resolved.choice

    @property
    def is_configured(self) -> bool:
        """Whether there is a configuration, without which nothing can start."""
        return not isinstance(self._resolved.configuration, NotConfigured)

    @property
    def configuration(self) -> "Configuration":
        """The service under test; NotConfigured where there is none."""
        found = self._resolved.configuration
        if isinstance(found, NotConfigured):
            raise NotConfigured(str(found))
        return found

    @property
    def masking(self) -> "Masking":
        """What is masked in all that this session shows and writes, the tests' own aside."""
        if self._masking is None:
            self._masking = self._configured_masking.learning(self._secrets)
        return self._masking

    def _learn_secrets(self, values: "Iterable[str]") -> None:
        """Mask these values too, from now on: tokens that a login gave, variables of requests."""
        found = {value for value in values if isinstance(value, str)} - self._secrets
        if found:
            self._secrets |= found
            self._masking = None
            self.secrets_learnt(found)

    @cached_property
    def _configured_masking(self) -> "Masking":
        from windtunnel.configuration.configured_secrets import configured  # noqa: PLC0415 - as above
        from windtunnel.outgoing.clean_stream import of_environment  # noqa: PLC0415 - the same

        masking = of_environment()
        try:
            return configured(masking, self.configuration)
        except WindtunnelError:  # whoever needs the configuration says what is wrong with it
            return masking

    @property
    def backend(self) -> "Backend":
        """The running backend, started now if it was not yet."""
        if self._backend is None:
            from windtunnel.backends.choice import create  # noqa: PLC0415 - as above
            from windtunnel.backends.failed_start import stopped_on_failure  # noqa: PLC0415 - the same
            from windtunnel.configuration.named_hosts import check_hosts  # noqa: PLC0415 - the same

            check_hosts(self.configuration, in_containers=self.choice.name == "docker")
            run = secrets.token_hex(4)
            backend = create(self.choice.name, self.configuration, run=run, seed=self.seed)
            backend.start()
            with stopped_on_failure(backend.stop):
                backend.prepare_session()
            self._backend = backend
            if self.configuration.profile != LOOPBACK.name:
                self._profile = backend.apply(PROFILES[self.configuration.profile])
        return self._backend

    def stack(self, name: str, environment: Mapping[str, str], record: "Record") -> "Stack":
        """Return a stack for the scenario `name`; its own random decisions follow from the name.

        Its dependencies are fresh, where they are to be for each test: have one stack at a time.
        """
        if not isinstance(environment, Mapping):
            raise ConfigurationError(f"environment={shown(environment)}: expected variables")
        # Random decisions follow from it: half of a surrogate pair in it must not stop them.
        name = (name if isinstance(name, str) else shown(name)).encode(errors="replace").decode()
        # What a scenario needs is imported with the first: every pytest session makes a Session.
        from windtunnel.ended_programs import check_programs  # noqa: PLC0415 - the reason above
        from windtunnel.load.loop_thread import LoopThread  # noqa: PLC0415 - the same
        from windtunnel.stack import Stack  # noqa: PLC0415 - the same
        from windtunnel.unasked_calls import UnaskedCallsFilter  # noqa: PLC0415 - the same

        backend = self.backend
        try:
            backend.prepare_test()
        except WindtunnelError:
            check_programs(backend)  # one that has ended by itself is the reason
            raise
        if self._loop is None:
            self._loop = LoopThread()
        if self._unasked is None:
            self._unasked = UnaskedCallsFilter(backend, self.configuration)
        return Stack(
            backend,
            self.configuration,
            name=name,
            seed=self.seed,
            loop=self._loop,
            environment=environment,
            record=record,
            profile=self._profile,
            unasked=self._unasked,
            learn=self._learn_secrets,
        )

    @property
    def description(self) -> tuple[str, ...]:
        """What runs, once it does."""
        found = self._backend.description if self._backend else ()
        return (*found, *self._unasked.description) if self._unasked else found

    def close(self) -> None:
        """Stop everything."""
        if self._backend is not None:
            self._backend.stop()
            self._backend = None
        if self._loop is not None:
            self._loop.close()
            self._loop = None
