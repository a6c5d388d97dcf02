#!/bin/sh
# ./run.sh                sets up what is missing, then serves
# ./run.sh test           the same for the tests, then runs them; what follows goes to pytest
# ./run.sh prove          tries to break the promises at full size, and shows a table of what came of it
# ./run.sh audit          asks whether there are known faults in the packages; exit 2 if nobody could be asked
# ./run.sh lighthouse     asks Lighthouse about the invitee's pages; exit 1 if it is not content, 2 if it can't be had
# ./run.sh bench          measures how fast it is, and writes docs/performance.md; wants a machine with nothing else to do
# ./run.sh screenshots    takes a picture of every page in every state, into screenshots/ and for the README
set -eu
cd "$(dirname "$0")"

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for python in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        if [ -n "$python" ] && command -v "$python" >/dev/null 2>&1 &&
            "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    say "Bookonce needs Python 3.11 or newer; found: $(python3 -V 2>&1 || echo none). Install it (Debian: apt install python3 python3-venv)."
    exit 1
}

make_venv() {
    python=$(find_python)
    rm -rf .venv
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        "$python" -m venv .venv
    elif "$python" -m pip --version >/dev/null 2>&1 && "$python" -c 'import venv' 2>/dev/null; then
        "$python" -m venv --without-pip .venv
        "$python" -m pip --python .venv/bin/python install -q --disable-pip-version-check pip
    else
        say "This Python can't make a virtual environment. Install it (Debian: apt install python3-venv) and start again."
        exit 1
    fi
}

# install FILE: brings .venv to what FILE lists; does nothing when that was done before.
install() {
    stamp=.venv/.installed-$1
    want=$(cat requirements*.txt | cksum)
    [ "$(cat "$stamp" 2>/dev/null || true)" = "$want" ] && return
    .venv/bin/python -m pip --version >/dev/null 2>&1 || make_venv
    say "Installing what $1 lists ..."
    .venv/bin/python -m pip install -q --disable-pip-version-check -r "$1"
    echo "$want" >"$stamp"
}

for_the_tests() {
    install requirements-dev.txt
    .venv/bin/python tests/support/chromium.py
    .venv/bin/python tests/support/nginx.py
    .venv/bin/python tests/support/pgbouncer.py
}

case "${1:-}" in
"")
    install requirements.txt
    exec .venv/bin/python app.py
    ;;
test)
    shift
    for_the_tests
    exec .venv/bin/python -m pytest -n 3 --dist worksteal "$@"  # for two cores: many tests wait; -n 0: one after the other
    ;;
prove)
    install requirements-dev.txt
    PYTHONPATH=.:tests exec .venv/bin/python -m proof
    ;;
audit)
    install requirements-dev.txt
    [ -d .venv/audit ] || .venv/bin/python -m pip install -q --disable-pip-version-check --target .venv/audit pip-audit==2.10.1
    PYTHONPATH=.venv/audit exec .venv/bin/python tests/support/audit.py requirements.txt requirements-dev.txt
    ;;
lighthouse)
    for_the_tests
    PYTHONPATH=.:tests exec .venv/bin/python tests/support/lighthouse.py
    ;;
bench)
    shift
    install requirements-dev.txt
    PYTHONPATH=.:tests exec .venv/bin/python -m benchmarks "$@"
    ;;
screenshots)
    for_the_tests
    PYTHONPATH=.:tests exec .venv/bin/python docs/screenshots/take.py
    ;;
*)
    say "usage: ./run.sh [test [pytest's options] | prove | audit | lighthouse | bench | screenshots]"
    exit 2
    ;;
esac
