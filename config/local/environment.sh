# Makes the Python environment in .venv from a lock. Sourced by ./start and ./test, with the project as directory.
#
#     prepare_environment base|test
#
# A stamp in .venv holds the checksum of what was installed, so that the next call returns at once.

say() { printf '%s\n' "$*" >&2; }
refuse() { say "Optline: $*"; exit 1; }

has_right_version() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# Prints the name of a Python that is new enough.
find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11; do
        if has_right_version "$candidate"; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

checksum() { cksum <"requirements/$1.lock"; }

is_installed() {
    [ -f ".venv/.installed-$1" ] &&
        [ "$(cat ".venv/.installed-$1")" = "$(checksum "$1")" ] &&
        has_right_version .venv/bin/python
}

install_with_uv() {
    export UV_PYTHON_DOWNLOADS=never
    if ! is_begun; then
        uv venv --quiet --clear --python '>=3.11' .venv || return 1
    fi
    uv pip install --quiet --python .venv/bin/python --require-hashes -r "requirements/$1.lock"
}

install_with_pip() {
    python=$(find_python) ||
        refuse "Python 3.11 or newer was not found. Install it (Debian, Ubuntu: apt install python3 python3-venv)."
    if ! is_begun || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
            refuse "$python lacks its venv module. Install it (Debian, Ubuntu: apt install python3-venv)."
        "$python" -m venv --clear .venv || return 1
    fi
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r "requirements/$1.lock"
}

# An environment without a stamp was interrupted in the making, or belongs to a Python that is gone.
is_begun() {
    ls .venv/.installed-* >/dev/null 2>&1 && has_right_version .venv/bin/python
}

prepare_environment() {
    is_installed "$1" && return 0
    say "Installing Python packages into .venv (once, about a minute) …"
    installed=no
    if command -v uv >/dev/null 2>&1; then
        if install_with_uv "$1"; then installed=yes; else say "uv could not do it; trying pip."; fi
    fi
    if [ "$installed" = no ]; then
        install_with_pip "$1" ||
            refuse "the packages could not be installed; the lines above say why. Check the network and try again."
    fi
    # What one lock installs may differ from what the other wants: only the newest stamp stays.
    rm -f .venv/.installed-*
    checksum "$1" >".venv/.installed-$1"
    # test.lock is base.lock and more.
    if [ "$1" = test ]; then checksum base >.venv/.installed-base; fi
}
