#!/usr/bin/env bash
# Runs every example to its end and compares what it wrote, sorted, with examples/expected. CORELANE names the binary; those that are
# Rust programs are taken from where cargo build --examples puts them.
set -euo pipefail
cd "$(dirname "$0")/.."
corelane=${CORELANE:-target/release/corelane}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CORELANE_LOG=error

compare() { # name, file with the output
    LC_ALL=C sort "$2" | diff -u "examples/expected/$1.txt" - || { echo "example $1: wrong output"; exit 1; }
    echo "example $1: ok"
}

for shards in "1 cores" auto; do
    timeout 60 "$corelane" run examples/quickstart.sql --cores "$shards" >"$work/quickstart" 2>"$work/summary"
    compare quickstart "$work/quickstart"
    grep -q "end to end" "$work/summary"
    timeout 60 "$corelane" run examples/csv_to_json.sql --cores "$shards" 2>/dev/null
    compare csv_to_json out/orders.json
done

for example in arrow_windows user_function; do
    timeout 60 "target/debug/examples/$example" >"$work/$example"
    compare "$example" "$work/$example"
done

settled() { # rows that are left of the changes on standard input, sorted
    awk '{ count[substr($0, 3)] += /^\+/ ? 1 : -1 } END { for (row in count) for (n = 0; n < count[row]; n++) print row }' | LC_ALL=C sort
}

by_bidder() { # q12 without its windows, which are other ones in each run: the sum of the counts of each bidder
    awk -F'[][, ]+' '{ bids[$2] += $3 } END { for (bidder in bids) printf "[%s, %s]\n", bidder, bids[bidder] }' | LC_ALL=C sort
}

for expected in examples/expected/nexmark/q*.txt; do
    question=$(basename "$expected" .txt)
    timeout 60 "$corelane" run examples/nexmark/tables.sql "examples/nexmark/$question.sql" 2>/dev/null | settled >"$work/$question"
    if [ "$question" = q12 ]; then by_bidder <"$work/q12" >"$work/sums" && mv "$work/sums" "$work/q12"; fi
    { echo "$(wc -l <"$work/$question") rows"; sed 20q "$work/$question"; } | diff -u "$expected" - || { echo "nexmark $question: wrong output"; exit 1; }
done
echo "example nexmark: ok"

timeout 60 "$corelane" run examples/tcp.sql >"$work/tcp" 2>"$work/tcp.summary" &
job=$!
for _ in $(seq 100); do
    if { printf '{"symbol":"ACME","price":10.5}\n{"symbol":"ACME","price":11.5}\nnot json\n{"symbol":"BOLT","price":7}\n' >/dev/tcp/127.0.0.1/9900; } 2>/dev/null; then break; fi
    sleep 0.1
done
wait "$job"
compare tcp "$work/tcp"
grep -q "1 set aside" "$work/tcp.summary"

timeout 60 "$corelane" run examples/forever.sql --duration 2s --report "$work/report" 2>"$work/forever"
grep -q "end to end" "$work/forever"
"$corelane" latency "$work/report/latency.hlog" | grep -q "end_to_end"
echo "example forever: ok"
"$corelane" explain examples/quickstart.sql | grep -q "Exchange"
"$corelane" check examples/forever.sql >/dev/null
"$corelane" test examples | grep -q "^2 of 2 cases pass"
echo "example test: ok"
