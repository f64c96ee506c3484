"""HTTP/1: requests and answers are read, paired, and single exchanges are struck.

`exchanges` reads evidence. `framing` cuts a direction into messages, `selection` says which
requests a toxic strikes, `effects` are what it does to one exchange, one a file, and `mediator`
brings them together for one connection.
"""
