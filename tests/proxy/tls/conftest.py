"""What stands behind and before a proxy that ends TLS."""

import ssl

import pytest

from tests.contracts.proxy.servers import Server


@pytest.fixture
def trust(server: Server) -> ssl.SSLContext:
    """Give a client's context that trusts the proxy's authority, as a target would."""
    answer = server.call("GET", "/tls/ca.pem")
    return ssl.create_default_context(cadata=answer.body.decode())
