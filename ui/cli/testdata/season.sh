#!/bin/sh
# Makes every episode of a season in every language, for at most $60, and a
# folder with all of them for the client.
#
#   season.sh ROWS RUN
#
# ROWS is a table with the columns id, video, audio, language and name. Run it
# again after whatever happened: what was agreed to in RUN is joined, never paid
# for twice, and what is saved is not fetched again.
set -eu
rows=$1 run=$2 status=0

# A status of 7 says that some jobs failed; the others go on. "dubtop submit"
# with --retry-failed buys those again, and only those.
most() { "$@" || { status=$?; [ "$status" -eq 7 ] || exit "$status"; }; }

# What it costs, and what that leaves. Rows of the run cost nothing again.
dubtop estimate --set "$rows" --run "$run"

# Agree to at most that much. It ends when all rows are accepted, and prints
# their ids. A request that was on its way when something died is not sent again
# on a guess: the job is looked for first.
dubtop submit --set "$rows" --run "$run" --label acme --max-usd 60 --yes >"$run.ids"

# Wait for the ends, save the outputs, and hand them over.
most dubtop wait --set "$run" --timeout 2h --json=id,status >"$run.json"
most dubtop download --set "$run" --dir "$run" >"$run.files"
rm -rf "$run-for-acme"
most dubtop hand-over "$run-for-acme" --set "$run" --title "Season 1"

# What it came to.
dubtop spend --by label
exit "$status"
