# sql/embed.awk - turns sql/queries/*.sql into C, and into PREPARE statements for the check
#
# A query begins with a line
#     -- name: queue_receive(bigint, bigint, timestamptz)
# whose types are those of $1, $2, ... and may go on over further comment lines; comment lines that
# follow are its documentation.
#   awk -v out=h     declarations         extern const struct query Q_queue_receive;
#   awk -v out=c     definitions
#   awk -v out=sql   prepare queue_receive(...) as ...;   a misspelt column fails here
BEGIN {
	oid["bigint"] = 20; oid["text"] = 25; oid["bytea"] = 17; oid["boolean"] = 16
	oid["timestamptz"] = 1184; oid["timestamptz[]"] = 1185
	oid["text[]"] = 1009; oid["bigint[]"] = 1016; oid["bytea[]"] = 1001
	if (out == "h")
		print "/* Made from sql/queries by sql/embed.awk. */\n#ifndef MF_QUERIES_H\n" \
		    "#define MF_QUERIES_H\n#include \"shared/db/db.h\"\n"
	if (out == "c")
		print "/* Made from sql/queries by sql/embed.awk. */\n#include \"queries.h\"\n"
}
function fail(why) { printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"; failed = 1; exit 1 }
function trim(s) { gsub(/^[ \t]+|[ \t]+$/, "", s); return s }
function finish(    n, i, list, parts) {
	if (name == "")
		return
	if (out == "h")
		printf "extern const struct query Q_%s;\n", name
	n = types == "" ? 0 : split(types, parts, ",")
	list = ""
	for (i = 1; i <= n; i++) {
		parts[i] = trim(parts[i])
		if (!(parts[i] in oid))
			fail("unknown type " parts[i] " in " name)
		list = list (i > 1 ? ", " : "") oid[parts[i]]
	}
	if (out == "c")
		printf "const struct query Q_%s = { %d, \"%s\",\n%s,\n    %d, { %s } };\n\n",
		    name, number, name, substr(text, 1, length(text) - 1), n, n ? list : "0"
	if (out == "sql")
		printf "prepare %s%s as\n%s;\n", name, types == "" ? "" : "(" types ")", text
	number++
	name = ""
}
/^-- name: / {
	finish()
	while ($0 !~ /\)[ \t]*$/ && (getline more) > 0 && sub(/^--[ \t]*/, "", more))
		$0 = $0 " " more
	if (!match($0, /^-- name: [a-z0-9_]+\(.*\)[ \t]*$/))
		fail("expected: -- name: some_name(type, ...)")
	name = $0; sub(/^-- name: /, "", name); types = name
	sub(/\(.*/, "", name)
	sub(/^[a-z0-9_]+\(/, "", types); sub(/\)[ \t]*$/, "", types)
	if (name in seen)
		fail("two queries are named " name)
	seen[name] = 1; text = ""
	next
}
/^[ \t]*--/ || /^[ \t]*$/ { next }
{
	if (name == "")
		fail("text before the first -- name:")
	line = $0
	if (out == "c") {
		gsub(/\\/, "\\\\", line); gsub(/"/, "\\\"", line)
		text = text "    \"" line "\\n\"\n"
	} else
		text = text line "\n"
}
END {
	if (failed)
		exit 1
	finish()
	if (out == "h")
		printf "\nenum { N_QUERIES = %d };\n#endif\n", number
	if (out == "c")
		printf "const int n_queries = %d;\n", number
}
