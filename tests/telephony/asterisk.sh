#!/usr/bin/env bash
# Brings a real Asterisk 22 into a folder, without root and without touching this machine's packages:
#   asterisk.sh DIR      then DIR/asterisk runs it; nothing is done when it is there already
# It comes from Debian's sid, the release that carries it, through the machine's own archive of Debian.
set -euo pipefail
dir=$(realpath -m "${1:?a folder}")
[[ -x $dir/asterisk ]] && exit 0

for tool in apt-get dpkg-deb; do
    command -v $tool >/dev/null || { echo "no $tool here: Asterisk comes from Debian's packages" >&2; exit 1; }
done
archive=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null |
    head -n 1) || true
[[ -n $archive ]] || { echo "/etc/apt names no archive of Debian" >&2; exit 1; }

mkdir -p "$dir"
work=$(mktemp -d "$dir/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists,cache/archives}/partial "$work"/{sources,debs,root}
: >"$work/status" # nothing counts as installed: Asterisk gets its own libraries, down to the C library
cat >"$work/sources/sid.sources" <<END
Types: deb
URIs: $archive
Suites: sid
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
Check-Valid-Until: no
END
cat >"$work/apt.conf" <<END
Dir::State "$work/";
Dir::State::lists "$work/lists/";
Dir::State::status "$work/status";
Dir::Cache "$work/cache/";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$work/sources/";
Acquire::Languages "none";
Debug::NoLocking "1";
APT::Sandbox::User "$(id -un)";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
END
export APT_CONFIG=$work/apt.conf
apt-get update -qq -o APT::Update::Error-Mode=any
apt-get install -s --no-install-recommends asterisk | sed -n 's/^Inst \([^ ]*\) .*/\1/p' >"$work/names"
(cd "$work/debs" && xargs apt-get download -qq <"$work/names")
for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$work/root"; done

rm -rf "$dir/root"
mv "$work/root" "$dir/root"
cat >"$work/asterisk" <<'END'
#!/bin/sh
# Asterisk with the libraries of its own folder.
root=$(dirname "$(realpath "$0")")/root
lib=$(echo "$root"/usr/lib/*-linux-gnu)
exec "$(echo "$lib"/ld-linux*.so.*)" --library-path "$lib:$lib/asterisk" "$root/usr/sbin/asterisk" "$@"
END
chmod +x "$work/asterisk"
mv "$work/asterisk" "$dir/asterisk"
"$dir/asterisk" -V
