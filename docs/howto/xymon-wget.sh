#!/bin/sh
# Stands in for the `xymon` program of a Xymon client: sends messages by HTTPS, with wget.
#
#   xymon-wget.sh RECIPIENT DATA
#
# RECIPIENT  a host, a URL, or 0.0.0.0 for all of $XYMSERVERS
# DATA       the message; - sends each line of standard input, @ all of standard input
#
# The URL of a host is made of XYMONMSGURLPROTO (https), XYMONMSGURLPORT (443) and XYMONMSGURL (/xymon-msg). The user, the
# password and whatever else wget has to know are in the wgetrc $XYMONHOME/etc/wget.cfg, or in the file that XYMONWGETCFG names.

case "$1" in
	--version) echo "xymon-wget"; exit 0 ;;
esac
if test $# -ne 2; then
	echo "Usage: $0 RECIPIENT DATA" >&2
	exit 1
fi

servers="$1"
test "$servers" = "0.0.0.0" && servers="$XYMSERVERS"
config="${XYMONWGETCFG:-$XYMONHOME/etc/wget.cfg}"
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
		url=$(url_of "$server")
		WGETRC="$config" wget --quiet -O - --post-file="$1" "$url" || {
			echo "xymon-wget: $url: wget failed with $?" >&2 # 4 network, 5 certificate, 6 password, 8 refused
			failed=1
		}
	done
}

file=$(mktemp "${XYMONTMP:-${TMPDIR:-/tmp}}/xymon-wget.XXXXXX") || exit 1
trap 'rm -f "$file"' EXIT
trap 'exit 1' HUP INT TERM

case "$2" in
	@) cat >"$file"; send "$file" ;;
	-) while IFS= read -r line; do printf '%s\n' "$line" >"$file"; send "$file"; done ;;
	*) printf '%s\n' "$2" >"$file"; send "$file" ;;
esac
exit $failed
