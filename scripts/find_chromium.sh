#!/bin/sh
# The page tests drive a real Chromium. Use the one that is there; as root on a Debian-like system install it;
# otherwise say in one sentence what is missing.
set -eu
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing chromium for the page tests"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
    exit 0
fi
echo "The page tests need Chromium and found none. Install it (Debian, Ubuntu: apt-get install chromium) and run again." >&2
exit 1
