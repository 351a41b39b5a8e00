#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs each libFuzzer target for some seconds: scripts/fuzz.sh SECONDS TARGET...
# Finds are kept in build/fuzz/found; new inputs in build/fuzz/corpus, beside the seeds in tests/fuzz.
set -eu
seconds=$1
shift
failed=0
mkdir -p build/fuzz/found
for target in "$@"; do
	name=$(basename "$target")
	seeds="tests/fuzz/corpus/$name"
	mkdir -p "build/fuzz/corpus/$name"
	[ -d "$seeds" ] || seeds=""
	words="tests/fuzz/${name#fuzz_}.dict"
	if [ -f "$words" ]; then words="-dict=$words"; else words=""; fi
	log="build/fuzz/$name.log"
	# shellcheck disable=SC2086
	if "$target" $words -max_total_time="$seconds" -max_len=8192 -rss_limit_mb=2048 -timeout=20 \
		-print_final_stats=1 -artifact_prefix="build/fuzz/found/$name-" \
		"build/fuzz/corpus/$name" $seeds >"$log" 2>&1; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
		echo "ok - $name: $runs inputs in ${seconds} s"
	else
		echo "not ok - $name: see $log"
		tail -n 25 "$log"
		failed=1
	fi
done
exit $failed
