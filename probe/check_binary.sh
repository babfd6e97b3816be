#!/bin/sh
# check_binary.sh OBJDUMP PROBE: the built probe must refer to no version of glibc, need nothing but the three libraries, and stay small.
set -eu
objdump=$1 probe=$2
fail() { echo "probe: $*" >&2; exit 1; }

symbols=$("$objdump" -T "$probe")
case $symbols in
  *GLIBC*) echo "$symbols" >&2; fail "it refers to versions of glibc" ;;
  *dlopen*) ;;
  *) fail "objdump shows no dynamic symbol dlopen" ;;
esac
needed=$("$objdump" -p "$probe" | awk '$1 == "NEEDED" { print $2 }' | sort | tr '\n' ' ')
[ "$needed" = "libc.so.6 libdl.so.2 libpthread.so.0 " ] || fail "it needs: $needed"
size=$(wc -c <"$probe")
[ "$size" -le 32768 ] || fail "$size bytes; 32768 is the limit"
echo "probe: $size bytes, no glibc version, needs $needed"
