#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What `make demo` runs after the build: the service on its own PostgreSQL with the demo network, until
# Ctrl-C. Settings go through the environment: CUADRANTE_PORT=8090 CUADRANTE_DATA_DIR=/srv/demo make demo.
set -eu
cd "$(dirname "$0")/.."

# Plain HTTP on this machine: a cookie marked Secure would not come back from every client.
: "${CUADRANTE_INSECURE_COOKIES:=true}"
export CUADRANTE_INSECURE_COOKIES
exec build/release/cuadrante serve --demo "$@"
