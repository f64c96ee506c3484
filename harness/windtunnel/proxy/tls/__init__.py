"""TLS at the proxy: passed through by server name, or ended here so that its content can be struck.

`settings` is what the API says of a proxy, `entrance` the target's side of a connection until its
handshake is over, `exit` the dependency's side, `transport` the encryption between. `authority`
makes the certificates, `toxic` is what goes wrong with a handshake on purpose.
"""
