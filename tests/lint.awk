# tests/lint.awk - what STYLE.md and ARCHITECTURE.md ask of a file, as far as awk sees it
#
#   awk -f tests/lint.awk FILE...
# prints file:line: message, and exits 1 when it printed anything.  A tab is 4 columns wide.
#
# Marks a file may carry:
#   lint: wide table    the table that follows, up to its closing line, may be wider than 100 columns
#   lint: long file     this file may be longer than 400 lines (a table, a list of vectors): say why
BEGIN {
	WIDTH = 100; FILE_LINES = 400; FUNCTION_LINES = 80
	# What each layer may include of shared/, besides itself.
	below["base"]   = " "
	below["db"]     = " base "
	below["wire"]   = " base "
	below["client"] = " base wire "
	below["store"]  = " base wire db client "
	below["run"]    = " base wire db client "
	below["engine"] = " base wire db client store "
	below["core"]   = " base wire db client store run engine "
}
function say(line, message) { printf "%s:%d: %s\n", path, line, message; failed = 1 }

function width(s,    parts, n, i, w) {
	n = split(s, parts, "\t")
	w = length(parts[1])
	for (i = 2; i <= n; i++)
		w += 4 - w % 4 + length(parts[i])
	return w
}

# The folder that is one service: fcgi/aws/s3/..., fcgi/api/...; "" for what services share.
function service_of(file,    p, n) {
	n = split(file, p, "/")
	if (p[1] != "fcgi" || n < 3 || p[2] == "proto" || p[2] == "auth")
		return ""
	if (p[2] == "api")
		return "fcgi/api/"
	return n < 4 ? "" : "fcgi/" p[2] "/" p[3] "/"
}

function check_include(file,    p, layer, theirs) {
	split(path, p, "/")
	layer = p[1] == "shared" ? p[2] : ""
	if (file ~ /libpq-fe\.h$/ && path !~ /^shared\/db\// && path !~ /^tests\/unit\/support\// &&
	    path !~ /^shared\/client\/pg\.[ch]$/)
		say(FNR, "libpq-fe.h belongs to shared/db, and to the client of customers' servers")
	if (file ~ /fcgiapp\.h$/ && path ~ /^fcgi\// && !(path in fastcgi)) {
		fastcgi[path] = 1
		if (++n_fastcgi > 2)
			say(FNR, "fcgiapp.h belongs to main.c and one neighbour of it")
	}
	if ((p[1] == "shared" || p[1] == "jobs") && file ~ /^fcgi\//)
		say(FNR, p[1] " knows nothing of fcgi")
	if (p[1] == "fcgi" && file == "queries.h")
		say(FNR, "SQL is called by engines and core, never by faces")
	if (layer != "" && file ~ /^shared\//) {
		split(file, p, "/")
		if (p[2] != layer && index(below[layer], " " p[2] " ") == 0)
			say(FNR, "shared/" layer " does not include shared/" p[2])
	}
	theirs = service_of(file)
	if (path ~ /^fcgi\// && path != "fcgi/services.c" && theirs != "" &&
	    theirs != service_of(path))
		say(FNR, "only services.c includes a service from outside: " file)
}

# Everything C, one line.
function check_c(line,    code) {
	if (match(line, /^#[ \t]*include[ \t]*["<][^">]+/)) {
		code = substr(line, RSTART, RLENGTH)
		sub(/^#[ \t]*include[ \t]*["<]/, "", code)
		check_include(code)
	}
	if (line ~ /^ *\/\//)
		say(FNR, "comments are /* */")
	if (line ~ /^        / && !in_comment)
		say(FNR, "indent with tabs")
	if (line ~ /^typedef .*struct.*\{/)
		say(FNR, "no typedef of a struct")
	if (line ~ /^\{/)
		opened = FNR
	if (line ~ /^\}/ && opened) {
		if (FNR - opened - 1 > FUNCTION_LINES)
			say(opened, "a function of " FNR - opened - 1 " lines, at most " \
			    FUNCTION_LINES)
		opened = 0
	}
	if (line ~ /\/\*/ && line !~ /\*\//)
		in_comment = 1
	else if (line ~ /\*\//)
		in_comment = 0
}

function check_sql(line,    code) {
	code = line
	sub(/--.*/, "", code)
	gsub(/'[^']*'/, "''", code)
	code = " " code " "
	if (code ~ /[^A-Za-z_](SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|CREATE|JOIN)[^A-Za-z_]/)
		say(FNR, "SQL is lower case")
	code = tolower(code)
	if (code ~ /[^a-z_.](now|random|(clock|statement)_timestamp|gen_random_uuid)[ ]*\(/ ||
	    code ~ /[^a-z_](current_timestamp|current_date|localtimestamp)[^a-z_]/)
		say(FNR, "time and chance are arguments")
	if (path !~ /^sql\/queries\//)
		return
	if (code ~ /[^a-z_]offset[^a-z_]/)
		say(FNR, "no OFFSET: lists take a cursor")
	if (code ~ /[^a-z_.]select[ ]+([a-z]+\.)?\*/)
		say(FNR, "name the columns")
}

# The first line, or after #! the second, begins with the path in the file's kind of comment.
function check_first(line,    want) {
	want = (is_c || path ~ /\.css$/ ? "/* " : is_sql ? "-- " : is_js ? "// " : "# ") path " - "
	if (!is_md && substr(line, 1, length(want)) != want)
		say(FNR, "the first line is: " want "purpose")
}

function finish() {
	if (path != "" && lines > FILE_LINES && !long_allowed && !is_md)
		say(lines, "a file of " lines " lines; at most " FILE_LINES)
}

FNR == 1 {
	finish()
	path = FILENAME
	sub(/^\.\//, "", path)
	is_c = path ~ /\.([ch]|def)$/; is_sql = path ~ /\.sql$/; is_md = path ~ /\.(md|html|css)$/
	is_js = path ~ /\.(m?js|go|java)$/
	long_allowed = wide = in_comment = opened = 0
	first = 1
}
first && FNR <= 2 && path !~ /^(Makefile|README\.md|\.gitignore)$/ {
	if (!(FNR == 1 && /^#!/)) {
		check_first($0)
		first = 0
	}
}
{ lines = FNR }
/lint: long file/  { long_allowed = 1 }
/lint: wide table/ { wide = 1 }
/[ \t]$/ { say(FNR, "white space at the end") }
/\r/     { say(FNR, "carriage return") }
!wide && !is_md && !/^-- name: / && width($0) > WIDTH { say(FNR, "wider than " WIDTH " columns") }
wide && /^[ \t]*[\]})]+[;,)]?$/ { wide = 0 }
/TO[D]O|FIX[M]E|(^|[^X])XX[X]([^X]|$)/ { say(FNR, "finish it, or write an issue") }
/\/wor[k]\/|\/tmp\/[w]\/|\/wor[k]\/shared/ { say(FNR, "a path of one machine") }
/pypi\.or[g]|registry\.npm[j]s|deb\.debian\.or[g]|proxy\.golan[g]|crates\.i[o]/ {
	say(FNR, "the host of a registry: its client knows it")
}
is_c   { check_c($0) }
is_sql { check_sql($0) }
END {
	finish()
	exit failed
}
