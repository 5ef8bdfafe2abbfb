# What the scripts in this folder share. Sourced with one argument: the folder the excerpts are written to.
# Servers run as nobody, on loopback, in a folder of their own; both go when the script ends, however it ends.

set -u
export TZ=UTC LC_ALL=C.UTF-8
here=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
folder=$(mktemp -d /tmp/formats-XXXX)
chmod 755 "$folder"
chown nobody:nogroup "$folder"
cd "$folder" || exit 1
trap 'kill $(jobs -p) 2>/dev/null; wait; cd /; rm -rf "$folder"' EXIT
as_nobody=(setpriv --reuid=nobody --regid=nogroup --clear-groups)

# Prints that many free ports of 127.0.0.1.
free_ports() {
  python3 - "$1" <<'P'
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for each in sockets:
    each.bind(("127.0.0.1", 0))
print(*[each.getsockname()[1] for each in sockets])
P
}

need() {  # need PROGRAM PACKAGE
  command -v "$1" >/dev/null || { echo "$1 is not installed: apt-get install --no-install-recommends $2" >&2; exit 1; }
}
