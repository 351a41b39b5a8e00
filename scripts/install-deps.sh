#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what building and testing Cuadrante needs on Debian 12; only what is missing, without
# recommended extras, without questions. Usage: scripts/install-deps.sh [build|run|test]...
# (no word: all). Uses sudo when not root. Prints nothing when nothing is missing.
set -eu

BUILD="gcc make pkg-config libc6-dev libglpk-dev libmicrohttpd-dev libpq-dev libcjson-dev libical-dev
libsodium-dev libgsl-dev libutf8proc-dev libcsv-dev libxlsxwriter-dev libinih-dev
libcurl4-openssl-dev zlib1g-dev libqrencode-dev mawk ca-certificates tzdata"
RUN="postgresql-15"
TEST="clang valgrind libclang-rt-14-dev libcmocka-dev python3 python3-pytest python3-icalendar
python3-jsonschema python3-requests python3-psycopg2 khal vdirsyncer chromium wrk binutils tzdata"

want=""
for word in "${@:-all}"; do
	case $word in
	build) want="$want $BUILD" ;;
	run) want="$want $RUN" ;;
	test) want="$want $TEST" ;;
	all) want="$want $BUILD $RUN $TEST" ;;
	*) echo "install-deps.sh: build, run or test, not $word" >&2; exit 2 ;;
	esac
done

# The page's build needs node 18 or later; one that is there already will do.
node_major() {
	node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p'
}
case " ${*:-all} " in
*" build "* | *" all "*)
	major=$(node_major)
	if [ "${major:-0}" -lt 18 ] || ! command -v npm >/dev/null 2>&1; then
		want="$want nodejs npm"
	fi
	;;
esac

missing=""
for package in $want; do
	dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
		missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
	echo "install-deps.sh: apt-get is not here; needed:$missing" >&2
	exit 1
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null 2>&1; then
		echo "install-deps.sh: neither root nor sudo; ask for:$missing" >&2
		exit 1
	fi
	as_root="sudo"
fi
echo "installing:$missing" >&2
# DEBIAN_FRONTEND goes through env because sudo drops the environment.
apt() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >&2
}
# shellcheck disable=SC2086
if ! apt install -y --no-install-recommends $missing 2>/dev/null; then
	apt update
	apt install -y --no-install-recommends $missing
fi
