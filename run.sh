#!/bin/sh
# ./run.sh                serves Bookonce; installs what is missing first
# ./run.sh dev            serves it for a developer: demo data, and changed code is loaded at once
# ./run.sh fast           lint, types, and all tests that need neither a browser nor a server; pip is enough
# ./run.sh test           all tests; arguments are passed on to pytest
# ./run.sh prove          tries to break the guarantees at full size, and prints a table of the results; before that,
#                         what `test` does in part: all generated cases, and all rows of long tables on PostgreSQL
# ./run.sh audit          looks for known vulnerabilities in the packages; exit 2 if the service can't be reached
# ./run.sh lock           writes requirements*.txt anew: what requirements*.in need, pinned, with the hashes of each file
# ./run.sh lighthouse     runs Lighthouse on the invitee's pages; exit 1 if a score is too low, 2 if it can't be run
# ./run.sh bench          measures the speed, and writes docs/performance.md; needs a machine that does nothing else
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

# install FILE: installs what FILE lists into .venv, unless that was done before.
install() {
    want=$(cat requirements*.txt | cksum)
    for list in "$1" requirements-dev.txt; do  # the second one contains the first
        [ "$(cat ".venv/.installed-$list" 2>/dev/null || true)" = "$want" ] && return
    done
    .venv/bin/python -m pip --version >/dev/null 2>&1 || make_venv
    say "Installing what $1 lists ..."
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$1"
    echo "$want" >".venv/.installed-$1"
}

for_the_tests() {
    install requirements-dev.txt
    .venv/bin/python tests/support/chromium.py
    .venv/bin/python tests/support/firefox.py
    .venv/bin/python tests/support/webkit.py
    .venv/bin/python tests/support/nginx.py
    .venv/bin/python tests/support/lynx.py
    .venv/bin/python tests/support/pgbouncer.py
}

case "${1:-}" in
"")
    install requirements.txt
    exec .venv/bin/python app.py
    ;;
dev)
    shift
    install requirements.txt
    # The demo owner's password is public, so demo data has a database of its own: instance/dev.db.
    umask 077
    export DATABASE_URL="${DATABASE_URL:-sqlite:///dev.db}" HOST="${HOST:-127.0.0.1}" PORT="${PORT:-8080}"
    .venv/bin/flask --app app db upgrade
    .venv/bin/flask --app app seed --if-empty
    exec .venv/bin/flask --app app run --debug --host "$HOST" --port "$PORT" "$@"
    ;;
fast)
    shift
    install requirements-dev.txt
    .venv/bin/ruff check .
    .venv/bin/ruff format --check .
    .venv/bin/mypy
    exec .venv/bin/python -m pytest --fast --deselect tests/architecture/test_house.py::test_lint_and_types "$@"
    ;;
test)
    shift
    for_the_tests
    exec .venv/bin/python -m pytest -n 3 --dist worksteal "$@"  # three on two cores, since many tests wait; -n 0: one at a time
    ;;
prove)
    shift
    install requirements-dev.txt
    [ $# -gt 0 ] || .venv/bin/python -m pytest -n 3 --dist worksteal --thorough
    PYTHONPATH=.:tests exec .venv/bin/python -m proof "$@"  # `soak`: only what has that in its name; SOAK_SECONDS=600
    ;;
audit)
    install requirements-dev.txt
    [ -d .venv/audit ] || .venv/bin/python -m pip install -q --disable-pip-version-check --target .venv/audit pip-audit==2.10.1
    PYTHONPATH=.venv/audit exec .venv/bin/python tests/support/audit.py requirements.txt requirements-dev.txt
    ;;
lock)
    shift
    install requirements-dev.txt
    [ -d .venv/lock ] || .venv/bin/python -m pip install -q --disable-pip-version-check --target .venv/lock pip-tools==7.6.2
    for list in requirements requirements-dev; do
        # Pins stay as they are unless `--upgrade` or `--upgrade-package NAME` is passed on.
        CUSTOM_COMPILE_COMMAND="./run.sh lock" PYTHONPATH=.venv/lock .venv/bin/python -m piptools compile --quiet \
            --generate-hashes --strip-extras --no-annotate --no-emit-options --no-emit-index-url --no-emit-trusted-host \
            --no-emit-find-links --output-file "$list.txt" "$@" "$list.in"
    done
    ;;
lighthouse)
    for_the_tests
    PYTHONPATH=.:tests exec .venv/bin/python -m support.lighthouse
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
    say "usage: ./run.sh [dev | fast | test [pytest's options] | prove | audit | lock | lighthouse | bench | screenshots]"
    exit 2
    ;;
esac
