#!/bin/sh
# Makes every episode of a season in every language, for at most $60, and a folder
# of them for the client. Run it again after whatever happened: what was agreed to
# in RUN is never paid for twice, and what is saved is not fetched again.
#
#   season.sh ROWS RUN     ROWS is a table with id, video, audio, language, name
set -eu
rows=$1 run=$2 status=0
# A status of 7 says that some jobs failed: dubtop submit with --retry-failed buys
# those again. The others go on.
most() { "$@" || { status=$?; [ "$status" -eq 7 ] || exit "$status"; }; }

dubtop estimate --set "$rows" --run "$run"
# Agree to at most that much. It ends when all rows are accepted.
dubtop submit --set "$rows" --run "$run" --label acme --max-usd 60 --yes >"$run.ids"
# Wait for the ends, save the outputs, and hand them over.
most dubtop wait --set "$run" --timeout 2h --json=id,status >"$run.json"
most dubtop download --set "$run" --dir "$run" >"$run.files"
rm -rf "$run-for-acme"
most dubtop hand-over "$run-for-acme" --set "$run" --title "Season 1"
dubtop spend --by label
exit "$status"
