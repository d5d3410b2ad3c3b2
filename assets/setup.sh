#!/bin/sh
# Installs what omiscope is built from and is not there yet: a C compiler, pkg-config, the ALSA headers, Rust.
# With --tests also what its tests take: a sound card (PulseAudio, its tools, ALSA's plugin for it) and a reader of QR codes. Run it as often as you like; what is there stays as it is.
#
#   sh assets/setup.sh [--tests]
set -eu

folder=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$folder/Cargo.toml")
tests=no
for argument in "$@"; do
    case $argument in
        --tests) tests=yes ;;
        *) echo "usage: sh assets/setup.sh [--tests]" >&2; exit 2 ;;
    esac
done

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root, and says so.
as_root() {
    say "running: $*"
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif has sudo; then sudo "$@"
    elif has doas; then doas "$@"
    else fail "this needs root and there is no sudo; run it yourself, then start again: $*"
    fi
}

# The package manager; what it calls a C compiler, pkg-config and the ALSA headers; what it calls PulseAudio, its tools and
# ALSA's plugin for it; what it calls zbarimg.
if [ "$(uname -s)" = Darwin ]; then manager=macos; card=; reader=
elif has apt-get; then manager=apt
    names='build-essential pkg-config libasound2-dev'; card='pulseaudio pulseaudio-utils libasound2-plugins'; reader=zbar-tools
elif has dnf; then manager=dnf
    names='gcc pkgconf-pkg-config alsa-lib-devel'; card='pulseaudio pulseaudio-utils alsa-plugins-pulseaudio'; reader=zbar
elif has pacman; then manager=pacman
    names='base-devel pkgconf alsa-lib'; card='pulseaudio libpulse alsa-plugins'; reader=zbar
elif has apk; then manager=apk
    names='build-base pkgconf alsa-lib-dev'; card='pulseaudio pulseaudio-utils alsa-plugins-pulse'; reader=zbar
else manager=unknown
    names='a C compiler, pkg-config, the ALSA headers'; card='PulseAudio, its tools, the PulseAudio plugin of ALSA'; reader=zbarimg
fi
# Nothing that is there is removed for it: whoever has another sound server keeps it.
install() {
    case $manager in
        apt)
            as_root apt-get update -q
            as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-remove --no-install-recommends "$@"
            ;;
        dnf) as_root dnf install -y "$@" ;;
        pacman) as_root pacman -S --needed --noconfirm "$@" ;;
        apk) as_root apk add "$@" ;;
        *) fail "no package manager that this script knows; install yourself, then start again: $*" ;;
    esac
}

libraries() {
    if [ $manager = macos ]; then
        xcode-select -p >/dev/null 2>&1 ||
            fail "there is no C compiler; run xcode-select --install, then start again"
    elif ! has cc || ! has pkg-config || ! pkg-config --exists alsa; then
        # shellcheck disable=SC2086 # a list of names
        install $names
    fi
}

has_card() {
    has pulseaudio && has pactl && has parec || return 1
    for libraries in /usr/lib /usr/lib64 /usr/lib/*; do
        [ ! -e "$libraries/alsa-lib/libasound_module_pcm_pulse.so" ] || return 0
    done
    return 1
}

# Without these all else can be tested, so that nothing ends here.
card() {
    [ $tests = yes ] && [ $manager != macos ] && ! has_card || return 0
    # shellcheck disable=SC2086 # a list of names
    (install $card) && has_card && return
    skipped "THE TESTS OF SOUND WILL BE SKIPPED: there is no PulseAudio, and it cannot be" "installed here. They need: $card"
}

reader() {
    [ $tests = yes ] && [ $manager != macos ] && ! has zbarimg || return 0
    (install $reader) && has zbarimg && return
    skipped "THE QR CODE WILL NOT BE READ: there is no zbarimg, and it cannot be" "installed here. It is in: $reader"
}

skipped() {
    say '!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!'
    for line in "$@"; do say "!! $line"; done
    say '!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!'
}

# Prints the version of the cargo that would run in the project, if it is new enough.
new_enough() {
    version=$(cd "$folder" && cargo --version 2>/dev/null | sed 's/^cargo \([0-9.]*\).*/\1/')
    [ -n "$version" ] || return 1
    lowest=$(printf '%s\n%s\n' "$needed" "$version" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)
    [ "$lowest" = "$needed" ]
}

download() {
    if has curl; then curl --proto '=https' --tlsv1.2 -sSf "$1"
    else wget -q -O - "$1"
    fi
}

rust() {
    new_enough && return
    PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
    if ! new_enough; then
        if has rustup; then
            say "updating Rust to $needed or newer, for this folder"
            rustup toolchain install stable --profile minimal
            rustup override set stable --path "$folder"
        elif [ $manager = apk ]; then
            # The toolchains of rustup link against no shared library on musl; the distribution's does.
            install cargo
        else
            has curl || has wget || install ca-certificates curl
            say "installing Rust for this user with rustup, see https://rustup.rs"
            script=$(download https://sh.rustup.rs) || fail "cannot download https://sh.rustup.rs"
            printf '%s\n' "$script" | sh -s -- -y --profile minimal --default-toolchain stable
        fi
    fi
    new_enough || fail "cargo ${version:-} is older than $needed; get a newer one from https://rustup.rs"
    reachable
}

# Gives the shell that called this script the cargo just installed: it has not read its new profile yet.
reachable() {
    cargo=$(command -v cargo)
    case $cargo in "${CARGO_HOME:-$HOME/.cargo}"/*) ;; *) return 0 ;; esac
    if [ -d /usr/local/bin ] && [ ! -e /usr/local/bin/cargo ]; then
        for tool in cargo rustc rustdoc rustup; do
            [ -e /usr/local/bin/$tool ] || as_root ln -s "$(dirname "$cargo")/$tool" /usr/local/bin/$tool
        done
    else
        # shellcheck disable=SC2016 # for the reader's shell
        fail 'Rust is there, but not in the PATH of this shell; run . "$HOME/.cargo/env", then start again'
    fi
}

libraries
card
reader
rust
say "everything is there"
