#!/bin/sh
# nginx takes no variables in its addresses: run.sh HOST:PORT writes them into a configuration.
set -eu
folder=$(mktemp -d)
sed -e "s|LISTEN|$1|; s|FIRST|$FIRST|; s|SECOND|$SECOND|; s|FOLDER|$folder|g" \
    nginx.conf >"$folder/nginx.conf"
exec nginx -e stderr -p "$folder" -c "$folder/nginx.conf"
