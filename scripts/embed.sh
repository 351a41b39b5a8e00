#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The built web page -> assembler that includes its bytes, and the table of server/http/static.h.
# Usage: scripts/embed.sh DIST OUT.S OUT.c      (a DIST that is not there gives an empty table)
set -eu
export LC_ALL=C
dist=$1 asm=$2 table=$3

{
	echo '/* Made by scripts/embed.sh: the bytes of the web page. */'
	echo '	.section .note.GNU-stack,"",@progbits'
	echo '	.section .rodata'
} > "$asm.new"
{
	echo '/* Made by scripts/embed.sh: the table of the web page. */'
	echo '#include "server/http/static.h"'
} > "$table.new"
: > "$table.rows"

symbol() { # name file
	printf '\t.global %s, %s_end\n\t.hidden %s, %s_end\n%s:\n\t.incbin "%s"\n%s_end:\n\t.byte 0\n' \
		"$1" "$1" "$1" "$1" "$1" "$2" "$1" >> "$asm.new"
	printf 'extern const unsigned char %s[], %s_end[];\n' "$1" "$1" >> "$table.new"
}

n=0
if [ -d "$dist" ]; then
	for file in $(cd "$dist" && find . -type f ! -name '*.br' ! -name '*.gz' ! -name '*.map' | sort); do
		path=${file#.}
		n=$((n + 1))
		row="a$n, a${n}_end"
		symbol "a$n" "$dist$path"
		for coding in br gz; do
			if [ -f "$dist$path.$coding" ]; then
				symbol "a${n}_$coding" "$dist$path.$coding"
				row="$row, a${n}_$coding, a${n}_${coding}_end"
			else
				row="$row, 0, 0"
			fi
		done
		etag=$(sha256sum < "$dist$path" | cut -c1-24)
		printf '\t{ "%s", "\\"%s\\"", %s },\n' "$path" "$etag" "$row" >> "$table.rows"
	done
fi
{
	echo 'const struct static_asset static_assets[] = {'
	cat "$table.rows"
	echo '	{ 0, 0, 0, 0, 0, 0, 0, 0 },'
	echo '};'
} >> "$table.new"
rm "$table.rows"
mv "$asm.new" "$asm"
mv "$table.new" "$table"
