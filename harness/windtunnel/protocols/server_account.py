"""As whom a server is asked, and for which of its databases."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """What a client gives a server; empty where it gives nothing."""

    user: str = ""
    password: str = ""
    database: str = ""

    def __repr__(self) -> str:
        return f"<ServerAccount {self.user or 'nobody'} of {self.database or 'no database'}>"
