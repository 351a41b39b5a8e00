# SPDX-License-Identifier: GPL-3.0-or-later
#
# A text file -> a C string of its bytes.
# Usage: awk -v name=holiday_text -f scripts/textgen.awk server/calendar/holidays.txt

function quoted(line,   i, c, out) {
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		out = out (c == "\\" || c == "\"" || c == "?" ? "\\" c : c == "\t" ? "\\t" : c)
	}
	return "\"" out "\\n\""
}

BEGIN { print "/* Made by scripts/textgen.awk. */\nextern const char " name "[];\nconst char " name "[] =" }
{ print "\t" quoted($0) }
END { print "\t\"\";" }
