"""The `windtunnel` command's subcommands: one a file, each with its name in `windtunnel.cli`."""
