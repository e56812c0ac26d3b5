#!/bin/sh
# Settings of a host that cost a pinned shard latency: shows them, sets them, puts them back.
#
#   tuning/host.sh check [--cores 2-5] [--control 0-1]    what is set, what should be
#   tuning/host.sh apply [--cores ..] [--control ..]      says what it would write; with --yes (as root) writes it
#   tuning/host.sh undo                                   says what it would put back; with --yes puts it back
#
# --cores:   governor of these cores only (default: all)
# --control: interrupts move to these cores (default: interrupts stay)
#
# Old values are kept in /var/lib/corelane/host.undo until undo has put them back. HOST_ROOT names another root
# folder, for trying the script on a copy of the files.

set -u
root=${HOST_ROOT:-}
saved=$root/var/lib/corelane/host.undo
tab=$(printf '\t')
verb=
yes=no
cores=
control=
failures=0

usage() {
    sed -n '2,12s/^# \{0,1\}//p' "$0"
    exit 2
}

list_ok() {
    case $1 in
        '' | *[!0-9,-]* | -* | *- | ,* | *, | *--* | *,,*) return 1 ;;
    esac
}

# The numbers of a list such as 2-5,8, one per line.
expand() {
    echo "$1" | tr ',' '\n' | while IFS=- read -r first last; do
        i=$first
        while [ "$i" -le "${last:-$first}" ]; do
            echo "$i"
            i=$((i + 1))
        done
    done
}

# One line per setting: path, tab, wanted value. Only what this host has.
settings() {
    if [ -n "$cores" ]; then numbers=$(expand "$cores"); else numbers='*'; fi
    for number in $numbers; do
        for file in "$root"/sys/devices/system/cpu/cpu$number/cpufreq/scaling_governor; do
            one "$file" performance
        done
    done
    one "$root/sys/kernel/mm/transparent_hugepage/enabled" madvise
    one "$root/proc/sys/kernel/nmi_watchdog" 0
    one "$root/proc/sys/kernel/timer_migration" 0
    one "$root/proc/sys/vm/swappiness" 1
    if [ -n "$control" ]; then
        for file in "$root"/proc/irq/[0-9]*/smp_affinity_list; do
            one "$file" "$control"
        done
    fi
    if [ -d "$root/etc/security/limits.d" ]; then
        printf '%s\t%s\n' "$root/etc/security/limits.d/90-corelane.conf" '* - memlock unlimited'
    fi
}

one() {
    if [ -e "$1" ]; then printf '%s\t%s\n' "$1" "$2"; fi
}

# The value of a file: of 'always [madvise] never' the word in brackets.
current() {
    if [ ! -e "$1" ]; then
        echo absent
        return
    fi
    value=$(cat "$1" 2>/dev/null) || value=unreadable
    case $value in
        *\[*\]*) value=${value#*\[} && value=${value%%\]*} ;;
    esac
    printf '%s\n' "$value"
}

# Writes a value; a setting that refuses is reported and passed over (the kernel manages some interrupts itself).
put() {
    if { printf '%s\n' "$2" >"$1"; } 2>/dev/null; then
        return 0
    fi
    echo "refused  $1"
    failures=$((failures + 1))
    return 1
}

check() {
    settings | while IFS=$tab read -r file wanted; do
        now=$(current "$file")
        if [ "$now" = "$wanted" ]; then echo "ok       $file = $now"; else echo "differs  $file = $now (wanted: $wanted)"; fi
    done
    echo "note     deep C-states cost microseconds at wake-up: hold /dev/cpu_dma_latency open with 0 written to it"
    echo "         while a job runs, or boot with processor.max_cstate=1. A script cannot hold it for you."
}

apply() {
    if [ "$yes" = yes ]; then
        mkdir -p "${saved%/*}" && touch "$saved" || exit 3
    fi
    # From a file and not from a pipe, so that failures are counted in this shell.
    work=$(mktemp) || exit 3
    settings >"$work"
    while IFS=$tab read -r file wanted; do
        now=$(current "$file")
        if [ "$now" = "$wanted" ]; then continue; fi
        if [ "$yes" != yes ]; then
            echo "would write  $file: $now -> $wanted"
            continue
        fi
        # The value of the first apply is the one to go back to.
        known=$(cut -f 1 "$saved" | grep -Fxc -- "$file")
        if put "$file" "$wanted"; then
            echo "written  $file: $now -> $wanted"
            if [ "$known" = 0 ]; then printf '%s\t%s\n' "$file" "$now" >>"$saved"; fi
        fi
    done <"$work"
    rm -f "$work"
    dry_run_note
}

undo() {
    if [ ! -s "$saved" ]; then
        echo "nothing to undo: $saved is not there"
        return
    fi
    while IFS=$tab read -r file old; do
        if [ "$yes" != yes ]; then
            echo "would put back  $file: $(current "$file") -> $old"
        elif [ "$old" = absent ]; then
            rm -f "$file" && echo "removed  $file"
        elif put "$file" "$old"; then
            echo "put back  $file = $old"
        fi
    done <"$saved"
    if [ "$yes" = yes ] && [ "$failures" = 0 ]; then rm -f "$saved"; fi
    dry_run_note
}

dry_run_note() {
    if [ "$yes" != yes ]; then echo "dry run: nothing was written; --yes (as root) does it"; fi
}

while [ $# -gt 0 ]; do
    case $1 in
        check | apply | undo) verb=$1 ;;
        --yes) yes=yes ;;
        --cores | --control)
            [ $# -ge 2 ] && list_ok "$2" || usage
            if [ "$1" = --cores ]; then cores=$2; else control=$2; fi
            shift
            ;;
        *) usage ;;
    esac
    shift
done
[ -n "$verb" ] || usage
"$verb"
[ "$failures" = 0 ] || exit 1
