"""Where proxies are to listen: whether that is another address, and why it cannot be had."""

from windtunnel.address import Address
from windtunnel.proxy import request_bodies
from windtunnel.proxy.api_errors import ApiError, ErrorCode
from windtunnel.proxy.named_proxy import NamedProxy
from windtunnel.proxy.socket_binding import resolve


async def differs(wanted: str, listen: str) -> bool:
    """Whether an address is another one than where a proxy listens, names resolved."""
    if wanted == listen:
        return False
    host, port = request_bodies.listen_address(wanted)
    known, known_port = request_bodies.address("listen", listen)
    try:
        _, numeric, _ = await resolve(host, port)
    except OSError:
        return True  # what is wrong with it is said when it is bound
    return (numeric, port) != (known, known_port) or port == 0


async def started(proxy: NamedProxy) -> None:
    """Let a proxy listen; ApiError where it cannot."""
    try:
        await proxy.start()
    except OSError as error:
        raise await cannot_listen(proxy, error) from None


async def cannot_listen(proxy: NamedProxy, error: OSError) -> ApiError:
    """Word it as Toxiproxy does: with the address that a name stands for."""
    host, port = request_bodies.address("listen", proxy.listen)
    try:
        _, numeric, _ = await resolve(host, port)
    except OSError:
        text = f"listen tcp: lookup {host}: no such host"
    else:
        reason = (error.strerror or str(error)).rpartition(": ")[2].lower()
        text = f"listen tcp {Address(numeric, port)}: bind: {reason}"
    return ApiError(500, ErrorCode.CANNOT_LISTEN, text)
