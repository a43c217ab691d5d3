package outbox

import (
	"cmp"
	"fmt"
	"strings"

	"dubtop/state/draft"
)

// Intent is a row of a named run that was agreed to. A run is a set that may be
// submitted again: a row with an intent is joined instead of paid for again.
// The wire's idempotency key has nothing to do with it.
type Intent struct {
	Run        string
	Row        string // id of the row in its list
	Attempt    int    // from 1; only a failed attempt is followed by another
	Submission string
	Draft      draft.Draft // as it was agreed to
}

// Last returns the last attempt of each row, by its id.
func Last(intents []Intent) map[string]Intent {
	last := make(map[string]Intent, len(intents))
	for _, n := range intents {
		if n.Attempt > last[n.Row].Attempt {
			last[n.Row] = n
		}
	}
	return last
}

// Differences says how a draft differs from the agreed one, none if it would make
// the same job under the same name. Signatures of links, which differ each time,
// and labels, which are never sent, don't count.
func (n *Intent) Differences(now *draft.Draft) (words []string) {
	was, is := n.Draft.Unsigned(), now.Unsigned()
	for _, field := range is.Changes(was) {
		switch before, after := was.Value(field), is.Value(field); {
		case before == after: // it is no text
			words = append(words, fieldWord(field)+" is different")
		default:
			words = append(words, fmt.Sprintf("%s was %s and is %s", fieldWord(field), quoted(before), quoted(after)))
		}
	}
	return words
}

// fieldWord names a field in a sentence.
func fieldWord(field string) string {
	if field == draft.FieldVisual {
		return "video"
	}
	return field
}

// quoted shortens a value for a sentence.
func quoted(value string) string {
	const most = 80
	if runes := []rune(strings.TrimSpace(value)); len(runes) > most {
		value = "…" + string(runes[len(runes)-most:])
	}
	return cmp.Or(strings.TrimSpace(value), "empty")
}
