#!/bin/sh
# Stands in for the `xymon` program of a Xymon client: sends messages by HTTPS, with curl.
#
#   xymon-curl.sh RECIPIENT DATA
#
# RECIPIENT  a host, a URL, or 0.0.0.0 for all of $XYMSERVERS
# DATA       the message; - sends each line of standard input, @ all of standard input
#
# The URL of a host is made of XYMONMSGURLPROTO (https), XYMONMSGURLPORT (443) and XYMONMSGURL (/xymon-msg). The user, the
# password and whatever else curl has to know are in $XYMONHOME/etc/curl.cfg, or in the file that XYMONCURLCFG names.

case "$1" in
	--version) echo "xymon-curl"; exit 0 ;;
esac
if test $# -ne 2; then
	echo "Usage: $0 RECIPIENT DATA" >&2
	exit 1
fi

servers="$1"
test "$servers" = "0.0.0.0" && servers="$XYMSERVERS"
config="${XYMONCURLCFG:-$XYMONHOME/etc/curl.cfg}"
failed=0

url_of() {
	case "$1" in
		*://*) echo "$1" ;;
		*) echo "${XYMONMSGURLPROTO:-https}://$1:${XYMONMSGURLPORT:-443}${XYMONMSGURL:-/xymon-msg}" ;;
	esac
}

# Sends the file that it is given to every server; the answers go to standard output.
send() {
	for server in $servers; do
		curl --silent --show-error --fail --config "$config" --data-binary "@$1" "$(url_of "$server")" || failed=1
	done
}

file=$(mktemp "${XYMONTMP:-${TMPDIR:-/tmp}}/xymon-curl.XXXXXX") || exit 1
trap 'rm -f "$file"' EXIT
trap 'exit 1' HUP INT TERM

case "$2" in
	@) cat >"$file"; send "$file" ;;
	-) while IFS= read -r line; do printf '%s\n' "$line" >"$file"; send "$file"; done ;;
	*) printf '%s\n' "$2" >"$file"; send "$file" ;;
esac
exit $failed
