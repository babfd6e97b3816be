#!/bin/sh
# Proves that certain mistakes do not compile: tests/negative/run.sh CXX [flags...]
# Each *.cpp here is compiled twice: as it is, which must succeed (the control: what is written there is otherwise right), and with
# -DMISTAKE, which must fail, with the words that the file names in its line "// expect: ...".
set -u
LC_ALL=C
export LC_ALL
if [ $# -lt 1 ]; then
  echo "usage: $0 CXX [flags...]" >&2
  exit 2
fi
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

failures=0
count=0
complain() {
  echo "FAIL $1: $2"
  failures=$((failures + 1))
}

for source in "$here"/*.cpp; do
  name=$(basename "$source" .cpp)
  count=$((count + 1))
  expected=$(sed -n 's,^// expect: ,,p' "$source")
  if [ -z "$expected" ]; then
    complain "$name" "it has no line '// expect: ...'"
    continue
  fi
  if ! "$@" -std=c++23 -fsyntax-only -I"$root/src" "$source" >"$work/control" 2>&1; then
    complain "$name" "the control does not compile"
    head -5 "$work/control"
    continue
  fi
  if "$@" -std=c++23 -fsyntax-only -DMISTAKE -I"$root/src" "$source" >"$work/mistake" 2>&1; then
    complain "$name" "the mistake compiles"
  elif ! grep -q -e "$expected" "$work/mistake"; then
    complain "$name" "it fails for another reason than '$expected'"
    head -5 "$work/mistake"
  fi
done

if [ "$failures" -eq 0 ]; then
  echo "OK $count mistakes do not compile"
else
  exit 1
fi
