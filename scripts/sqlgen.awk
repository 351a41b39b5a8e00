# SPDX-License-Identifier: GPL-3.0-or-later
#
# sql/queries/*.sql -> the enum of statements (-v want=ids) or their table (-v want=table).
#
# A statement starts at a line "-- name: agent_get" and runs to the next one or the end of its file.
# Comments go; `:name` outside quotes becomes $n (the same name, the same n); `::type` stays.
# Usage: awk -v want=ids -f scripts/sqlgen.awk sql/queries/*.sql /dev/null   (files in sorted order)

function fail(what) {
	printf "%s:%d: %s\n", file, FNR, what > "/dev/stderr"
	failed = 1
	exit 1
}

function argument(name,   i) {
	for (i = 1; i <= args_n[n]; i++)
		if (args[n, i] == name)
			return i
	args[n, ++args_n[n]] = name
	return args_n[n]
}

# Copies one line of SQL, following quotes and block comments from line to line.
function scan(line,   i, c, two, out, name) {
	out = ""
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		two = substr(line, i, 2)
		if (state == "comment") {
			if (two == "*/") {
				state = ""
				i++
			}
		} else if (state != "") { # inside ' or "
			out = out c
			if (c == state)
				state = ""
		} else if (two == "--") {
			break
		} else if (two == "/*") {
			state = "comment"
			i++
		} else if (c == "'" || c == "\"") {
			state = c
			out = out c
		} else if (two == "::") {
			out = out two
			i++
		} else if (c == ":" && match(substr(line, i + 1), /^[a-z_][a-z0-9_]*/)) {
			name = substr(line, i + 1, RLENGTH)
			i += RLENGTH
			out = out "$" argument(name)
		} else {
			out = out c
		}
	}
	if (state == "")
		sub(/[ \t]+$/, "", out)
	return out
}

# A C string literal; a line break follows unless it is the last line of its statement.
function quoted(line, last,   i, c, out) {
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		if (c == "\t")
			c = " "
		out = out (c == "\\" || c == "\"" ? "\\" c : c)
	}
	return "\"" out (last ? "" : "\\n") "\""
}

FNR == 1 {
	if (state != "")
		fail("the file before ends inside a quote or comment")
	file = FILENAME
	inside = 0
}

/^-- name:/ {
	if (state != "")
		fail("a statement starts inside a quote or comment")
	if ($3 !~ /^[a-z][a-z0-9_]*$/ || NF != 3)
		fail("a statement is named with lower-case letters, digits and _")
	if ($3 in seen)
		fail("the statement " $3 " is already in " seen[$3])
	seen[$3] = FILENAME
	names[++n] = $3
	args_n[n] = 0
	text_n[n] = 0
	inside = 1
	next
}

{
	if (!inside && $0 !~ /^[ \t]*(--.*)?$/)
		fail("text before the first '-- name:'")
	if (inside) {
		line = scan($0)
		if (line != "")
			text[n, ++text_n[n]] = line
	}
}

function print_ids(   i) {
	print "/* Made by scripts/sqlgen.awk from sql/queries: the named statements. */"
	print "#ifndef SQL_IDS_H\n#define SQL_IDS_H\n\nenum sql_id {"
	for (i = 1; i <= n; i++)
		print "\tSQL_" toupper(names[i]) ","
	print "\tSQL_COUNT\n};\n\n#endif"
}

function print_table(   i, j, list, line) {
	print "/* Made by scripts/sqlgen.awk from sql/queries: the text of each named statement. */"
	print "#include \"server/store/sql.h\"\n\nconst struct sql_statement sql_statements[] = {"
	for (i = 1; i <= n; i++) {
		list = ""
		for (j = 1; j <= args_n[i]; j++)
			list = list "\"" args[i, j] "\", "
		print "\t{ \"" names[i] "\", " args_n[i] ", (const char *const[]){ " list "0 },"
		for (j = 1; j <= text_n[i]; j++) {
			line = text[i, j]
			if (j == text_n[i])
				sub(/;$/, "", line)
			print "\t  " quoted(line, j == text_n[i])
		}
		print "\t},"
	}
	print "\t{ 0, 0, 0, 0 },\n};"
}

END {
	if (failed)
		exit 1
	if (state != "") {
		print file ": ends inside a quote or comment" > "/dev/stderr"
		exit 1
	}
	for (i = 1; i <= n; i++)
		if (text_n[i] == 0) {
			print seen[names[i]] ": the statement " names[i] " is empty" > "/dev/stderr"
			exit 1
		}
	if (want == "ids")
		print_ids()
	else
		print_table()
}
