"""`/tls/ca.pem`: what a target must trust to be struck over TLS."""

from aiohttp import web

from windtunnel.proxy.tls.authority import Authority


def certificate(authority: Authority) -> web.RouteDef:
    """Return the route; the authority is made when it is first asked for."""

    async def handle(request: web.Request) -> web.Response:
        headers = {"Content-Type": "application/x-pem-file"}
        return web.Response(body=authority.pem, headers=headers)

    return web.get("/tls/ca.pem", handle)
