"""What a user says of a target that serves HTTPS."""

from windtunnel.configuration.request_settings import LoginSettings
from windtunnel.configuration.setting_types import Strict
from windtunnel.requests.placeholders import Chance, Filling, template
from windtunnel.target_tls import SYSTEM, TargetTls


class ServingTls(Strict):
    """The target serves HTTPS."""

    trust: str = SYSTEM
    """Whom to trust as the target: `system` for the system's authorities, `any` for anybody, or a
    file of certificates (PEM), relative to the folder of the configuration."""
    server_name: str = ""
    """Whom its certificate must name. Empty: its host, such as 127.0.0.1."""

    def target_tls(self, login: LoginSettings | None) -> TargetTls:
        """Return it as a value. ConfigurationError where the passphrase's variable is not set."""
        filling = Filling(1)
        phrase = template(login.passphrase, "login.passphrase") if login else None
        return TargetTls(
            trust=self.trust,
            server_name=self.server_name,
            certificate=login.certificate if login else "",
            key=login.key if login else "",
            passphrase=phrase.fill(filling, Chance(filling)) if phrase else "",
        )
