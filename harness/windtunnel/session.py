"""One session's backend, seed and verdicts: started at the first use, stopped at the end."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from windtunnel.backends.backend_contract import Backend
from windtunnel.backends.choice import Choice, check_name, choose, create
from windtunnel.configuration import Configuration, resolve
from windtunnel.errors import NotConfigured
from windtunnel.network_profiles import LOOPBACK, PROFILES

if TYPE_CHECKING:
    from windtunnel.injected_fault import Record
    from windtunnel.load.loop_thread import LoopThread
    from windtunnel.stack import Stack
    from windtunnel.unasked_calls import UnaskedCallsFilter


class Session:
    """What the scenarios of one session share. Raises WindtunnelError. Close it.

    `backend` is the configured one where it is None. `settings`, KEY=value each, come before the
    configuration. Errors name options by the prefix `options`. Where nothing is configured, the
    first use of the configuration raises NotConfigured: a session may need none.
    """

    def __init__(
        self,
        *,
        directory: Path,
        configuration: Path | None,
        backend: str | None,
        seed: int | None,
        settings: Sequence[str] = (),
        options: str = "--",
    ) -> None:
        self._configured: Configuration | NotConfigured
        try:
            loaded = resolve(directory, configuration, options=settings, option=f"{options}setting")
        except NotConfigured as missing:
            # A wrong option is one all the same.
            if backend is not None:
                check_name(backend, f"{options}backend")
            self._configured = missing
            self.choice = Choice("none", "nothing is configured")
        else:
            place = f"{options}backend"
            if backend is None and ("backend",) in loaded.origins:
                place = f"{loaded.origins['backend',]}: backend"
            self._configured = loaded.configuration
            self.choice = choose(backend, loaded.configuration, place)
        self.seed = secrets.randbelow(2**32) if seed is None else seed
        self._backend: Backend | None = None
        self._profile = LOOPBACK
        self._loop: LoopThread | None = None
        self._unasked: UnaskedCallsFilter | None = None

    def __repr__(self) -> str:
        state = "started" if self._backend else "not started"
        return f"<Session on {self.choice.name}, seed {self.seed}, {state}>"

    @property
    def is_configured(self) -> bool:
        """Whether there is a configuration, without which nothing can start."""
        return isinstance(self._configured, Configuration)

    @property
    def configuration(self) -> Configuration:
        """The service under test; NotConfigured where there is none."""
        if isinstance(self._configured, NotConfigured):
            raise NotConfigured(str(self._configured))
        return self._configured

    @property
    def backend(self) -> Backend:
        """The running backend, started now if it was not yet."""
        if self._backend is None:
            run = secrets.token_hex(4)
            backend = create(self.choice.name, self.configuration, run=run, seed=self.seed)
            backend.start()
            self._backend = backend
            if self.configuration.profile != LOOPBACK.name:
                self._profile = backend.apply(PROFILES[self.configuration.profile])
        return self._backend

    def stack(self, name: str, environment: Mapping[str, str], record: "Record") -> "Stack":
        """Return a stack for the scenario `name`; its own random decisions follow from the name."""
        # What a scenario needs is imported with the first: every pytest session makes a Session.
        from windtunnel.load.loop_thread import LoopThread  # noqa: PLC0415 - the reason above
        from windtunnel.stack import Stack  # noqa: PLC0415 - the same
        from windtunnel.unasked_calls import UnaskedCallsFilter  # noqa: PLC0415 - the same

        backend = self.backend
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
