// Package review serves a page on this machine that shows videos side by side
// and takes verdicts about them.
//
// It knows the page, HTTP, and where a video lies: in a file, or behind a link.
// It never sees the API key, asks no other host than the links', and can change
// nothing but a verdict.
package review

import (
	"context"

	"dubtop/api/text"
	"dubtop/state/verdict"
)

// Item is shown at once: two takes, an output beside its input, or a single
// video.
type Item struct {
	Name        text.Text
	Facts       []Fact // what holds for both sides
	Left, Right Take   // without a Right, the video is alone
	OnRight     bool   // Right is heard and judged first
}

// Take is one side of an item.
type Take struct {
	ID      string // what a verdict is about; "" for what takes none, such as an input
	Name    text.Text
	Facts   []Fact // model, options, cost, time
	Source  Source
	Verdict verdict.Verdict
	Note    text.Text
}

// Fact is a line below a video.
type Fact struct{ Label, Value text.Text }

// Source is where a video is: in a file if File is set, else behind a link.
type Source struct {
	File string // path of a local file
	// Link returns a link to the video. The page fetches it through the server,
	// without the key. stale says that the last link was refused, so that a new
	// one is needed.
	Link func(ctx context.Context, stale bool) (string, error)
}

// IsZero reports whether there is no video.
func (s Source) IsZero() bool { return s.File == "" && s.Link == nil }

// OnVerdict saves a verdict about a take. It is called on a goroutine of the
// server, and the page shows its error.
type OnVerdict func(id string, v verdict.Verdict, note text.Text) error
