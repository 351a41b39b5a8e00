# SPDX-License-Identifier: GPL-3.0-or-later
#
# sql/migrations/NNNN_name.sql -> the table of embedded migrations, byte for byte.
# Usage: awk -f scripts/migrationgen.awk sql/migrations/*.sql /dev/null   (files in sorted order)

function fail(what) {
	print FILENAME ": " what > "/dev/stderr"
	failed = 1
	exit 1
}

function quoted(line,   i, c, out) {
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		out = out (c == "\\" || c == "\"" || c == "?" ? "\\" c : c == "\t" ? "\\t" : c)
	}
	return "\"" out "\\n\""
}

BEGIN {
	print "/* Made by scripts/migrationgen.awk from sql/migrations. */"
	print "#include \"server/store/sql.h\"\n\nconst struct sql_migration sql_migrations[] = {"
}

FNR == 1 {
	if (n > 0)
		print "\t},"
	name = FILENAME
	sub(/^.*\//, "", name)
	sub(/\.sql$/, "", name)
	if (name !~ /^[0-9][0-9][0-9][0-9]_[a-z0-9_]+$/)
		fail("a migration is named NNNN_name.sql")
	if (substr(name, 1, 4) + 0 != ++n)
		fail("migrations are numbered from 0001 without a gap")
	printf "\t{ %d, \"%s\",\n", n, name
}

{ print "\t  " quoted($0) }

END {
	if (failed)
		exit 1
	if (n > 0)
		print "\t},"
	print "\t{ 0, 0, 0 },\n};"
}
