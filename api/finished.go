package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"dubtop/api/exact"
	"dubtop/api/text"
)

const usage capability = "usage"

// MaxFinished is the most rows that the server returns at once.
const MaxFinished = 500

// FinishedQuery selects the generations that finished from From on and before To.
type FinishedQuery struct {
	From, To time.Time
	Cursor   Cursor // "" for the first page; else the Next of the page before, with the same times
	Limit    int    // 1 to [MaxFinished]; 0 means the server's default, 100
}

// Finished is an ended generation of the organisation, with its cost. It is the
// only answer that tells when a generation finished.
// https://sync.so/docs/api-reference
type Finished struct {
	ID       ID
	Status   Status
	Model    text.Text
	Created  Time
	Ended    Time
	Currency text.Text // USD
	Costs    Costs
	Key      KeyName // the key that made it
}

// KeyName tells API keys apart without containing one.
type KeyName struct {
	Digest string    // of the value that the server sent, in hexadecimal; "" if it sent none
	Name   text.Text // the name of the key, or the last characters of it
}

// FinishedPage is one page of usage, oldest first.
type FinishedPage struct {
	Items   []Finished
	Skipped int // rows without an id
	Next    Cursor
}

// UnmarshalJSON reads the name of a key from an object with a name, or from any
// other value. It never fails.
func (k *KeyName) UnmarshalJSON(b []byte) error {
	*k = KeyName{}
	var w wireKey
	if exact.IsObject(b) {
		_ = exact.Decode(b, w.members())
	} else {
		_ = w.Name.UnmarshalJSON(b)
	}
	if string(b) == "null" || string(b) == `""` {
		return nil
	}
	// An id tells a key better than the whole value, in which times may change.
	sum := sha256.Sum256(b)
	if w.ID != "" {
		sum = sha256.Sum256([]byte(w.ID))
	}
	k.Digest = hex.EncodeToString(sum[:8])
	switch {
	case w.Name != "":
		k.Name = unkeyed(w.Name)
	case w.Label != "":
		k.Name = unkeyed(w.Label)
	default:
		k.Name = tailOf(cmp.Or(w.Masked, w.Prefix))
	}
	return nil
}

// wireKey is a key as described by the server.
type wireKey struct{ ID, Name, Label, Masked, Prefix text.Text }

func (w *wireKey) members() []exact.Member {
	return []exact.Member{
		{Name: "id", Into: &w.ID, Once: true},
		{Name: "name", Into: &w.Name},
		{Name: "label", Into: &w.Label},
		{Name: "masked", Into: &w.Masked},
		{Name: "prefix", Into: &w.Prefix},
	}
}

// The bounds for showing a part of another key.
const (
	maxKeyName = 40 // characters of a name
	shownTail  = 4  // characters of a possible key
	secretWord = 12 // a word without spaces is a key from this length on
)

// tailOf is the end of a part of a key.
func tailOf(part text.Text) text.Text {
	r := []rune(strings.TrimFunc(string(part), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
	if len(r) == 0 {
		return ""
	}
	return text.Clean("…"+string(r[max(0, len(r)-min(shownTail, max(1, len(r)/3))):]), maxKeyName)
}

// unkeyed shortens every word of a name that may be a key to its last
// characters.
func unkeyed(name text.Text) text.Text {
	words := strings.FieldsFunc(string(name), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;:()\"'", r) })
	for i, w := range words {
		if len([]rune(w)) >= secretWord || strings.HasPrefix(strings.ToLower(w), "sk-") || strings.ContainsAny(w, "*…•") || strings.Contains(w, "..") {
			words[i] = string(tailOf(text.Of(w)))
		}
	}
	return text.Clean(strings.Join(words, " "), maxKeyName)
}

// wireUsage is a row as sent by the server.
type wireUsage struct {
	row   Finished
	costs wireCosts
}

func (w *wireUsage) members() []exact.Member {
	return append([]exact.Member{
		{Name: "generationId", Into: &w.row.ID, Once: true},
		{Name: "generationStatus", Into: &w.row.Status},
		{Name: "model", Into: &w.row.Model},
		{Name: "createdAt", Into: &w.row.Created},
		{Name: "finishedAt", Into: &w.row.Ended},
		{Name: "currency", Into: &w.row.Currency},
		{Name: "apiKey", Into: &w.row.Key},
	}, w.costs.members()...)
}

// UnmarshalJSON reads a row. Fields of an unexpected type are left empty. It
// fails if the id or an amount appears twice.
func (f *Finished) UnmarshalJSON(b []byte) error {
	var w wireUsage
	if err := exact.Decode(b, w.members()); err != nil {
		return err
	}
	*f = w.row
	f.Costs = w.costs.costs()
	return nil
}

// wireFinished is a page as sent by the server.
type wireFinished struct {
	Items list[Finished, *Finished]
	Next  Cursor
}

func (w *wireFinished) members() []exact.Member {
	return []exact.Member{{Name: "items", Into: &w.Items}, {Name: "nextCursor", Into: &w.Next}}
}

// UnmarshalJSON reads a page.
func (w *wireFinished) UnmarshalJSON(b []byte) error {
	*w = wireFinished{}
	return exact.Decode(b, w.members())
}

func (q FinishedQuery) query() url.Values {
	v := url.Values{"startTime": {q.From.UTC().Format(time.RFC3339Nano)}, "endTime": {q.To.UTC().Format(time.RFC3339Nano)}}
	if q.Limit > 0 {
		v.Set("limit", strconv.Itoa(min(q.Limit, MaxFinished)))
	}
	if q.Cursor != "" {
		v.Set("cursor", string(q.Cursor))
	}
	return v
}

// Finished returns one page of the generations that finished in a range of time,
// whoever made them. It returns [ErrUnsupported] if the server does not list
// them.
// https://sync.so/docs/api-reference
func (c *Client) Finished(ctx context.Context, q FinishedQuery) (FinishedPage, error) {
	if c.memory.lacks(usage) {
		return FinishedPage{}, ErrUnsupported
	}
	var w wireFinished
	_, err := c.object(ctx, call{path: "/v2/usage/generations", query: q.query(), limit: maxList}, &w)
	if hasStatus(err, http.StatusBadRequest) { // of the range or the cursor
		return FinishedPage{}, err
	}
	if err := c.optionalError(usage, err); err != nil {
		return FinishedPage{}, err
	}
	if w.Items.items == nil {
		return FinishedPage{}, c.notAPI("usage without items")
	}
	named, ok := identified(w.Items, func(f Finished) ID { return f.ID })
	if !ok {
		return FinishedPage{}, c.notAPI("usage without ids")
	}
	return FinishedPage{Items: named.Items, Skipped: named.Skipped, Next: w.Next}, nil
}
