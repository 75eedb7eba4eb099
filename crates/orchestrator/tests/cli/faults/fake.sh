#!/bin/sh
# A child that speaks docs/solver-protocol.md, well or badly as its argument says, about the desk of ../faults.rs.
mode=$1

say() { printf '%s\n' "$1"; }
hello() { say '{"hello":{"protocol":1,"name":"Fake","version":"1"}}'; }
end() { say "{\"end\":{\"stop\":\"$1\",\"bound\":$2,\"nodes\":1}}"; }

# The task: its first line, and the first array, the objective of each column.
read -r task
number() { rest=${task#*\""$1"\":}; printf '%s' "${rest%%[,\}]*}"; }
columns=$(number columns)
offset=$(number offset)
objective=$(od -A n -v -t f8 -N $((8 * columns)))

# A point: the six bookings T1 PB1, T1 PB2, T2 PB1, … and 0 for whatever other columns there are.
point() {
    others=$((columns - 6))
    while [ "$others" -gt 0 ]; do set -- "$@" 0; others=$((others - 1)); done
    printf '{"point":[%s' "$1"; shift
    for value; do printf ',%s' "$value"; done
    printf ']}\n'
}
# The scaled objective of the best plan, plus what the argument adds.
best() {
    printf '%s' "$objective" | tr -s ' \n' '\n' | grep . |
        awk -v sum="$offset" -v more="$1" 'NR==2 || NR==3 || NR==5 {sum += $1} END {printf "%.17g", sum + more}'
}
the_best() { point 0 1 1 0 1 0; }

[ "$mode" = silent ] || hello
case $mode in
    honest) the_best; end finished "$(best 0)" ;;
    crash) the_best; kill -SEGV $$ ;;
    abort) the_best; kill -ABRT $$ ;;
    exit-1) the_best; echo 'no licence' >&2; exit 1 ;;
    hang) the_best; sleep "$2" ;;
    ignores-sigterm) trap '' TERM; the_best; while :; do sleep "$2"; done ;;
    nan) the_best; point NaN 1 1 0 1 0; sleep 9 ;;
    infinity) the_best; point 1e999 1 1 0 1 0; sleep 9 ;;
    fractions) point 0.5 0.5 0.5 0.5 0.5 0.5; end finished "$(best 0)" ;;
    nearly) point 0.0000009 0.9999991 0.9999991 0.0000009 0.9999991 0.0000009; end finished "$(best 0)" ;;
    broken-limit) point 1 0 1 0 1 0; end finished "$(best 0)" ;;
    wrong-objective) the_best; end finished "$(best -1000)" ;;
    false-infeasible) end infeasible null ;;
    half-a-message) the_best; printf '{"point":[0,1,1' ;;
    10-gb) the_best; printf '{"point":['; head -c 10000000000 /dev/zero | tr '\0' 1 ;;
    10-gb-of-messages) the_best; yes '{"progress":{"bound":null,"nodes":1}}' ;;
    10-gb-of-errors) the_best; head -c 10000000000 /dev/zero >&2 ;;
    takes-10-gb) the_best; awk 'BEGIN {hoard = "1"; while (length(hoard) < 10000000000) hoard = hoard hoard}' ; exit ;;
    short-point) the_best; say '{"point":[0,1]}'; sleep 9 ;;
    prints) the_best; say 'Academic license - for non-commercial use only'; sleep 9 ;;
    other-protocol) say '{"hello":{"protocol":2,"name":"Fake","version":"2"}}'; sleep 9 ;;
    never-finishes) the_best; end limit "$(best 500)"; sleep "$2" ;;
    late) cat > /dev/null; the_best; end finished "$(best 0)"; sleep "$2" ;;
    babbles) while the_best; do :; done ;;
    silent) the_best; sleep 9 ;;
esac
