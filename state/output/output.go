// Package output knows the files that a job leaves on the user's disk: their
// kinds, their names, the takes of a name, and the saved ones. It reads no
// file, no clock and no journal.
package output

import (
	"path"
	"strings"
	"time"
)

// Kind is a kind of file of a job.
type Kind string

// The kinds of files. A name of another kind than Output ends in it, because all
// files of a job share the rest.
const (
	Output  Kind = "output"  // the video that was made
	Segment Kind = "segment" // only the parts that were lip-synced
	Audio   Kind = "audio"   // the speech made from text
	Request Kind = "request" // the job as the API tells it
)

// Kinds lists the kinds in the order in which they are offered.
func Kinds() []Kind { return []Kind{Output, Segment, Audio, Request} }

// Words are what a user calls the kind.
func (k Kind) Words() string {
	switch k {
	case Segment:
		return "segment output"
	case Audio:
		return "synthesised audio"
	case Request:
		return "request as JSON"
	}
	return "output"
}

// Ext is the extension for a link of this kind, without the dot: the link's own
// if it is one of the kind, else the usual one.
func (k Kind) Ext(link string) string {
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(link), "."))
	switch k {
	case Request:
		return "json"
	case Audio:
		if oneOf(ext, "wav", "mp3", "m4a", "aac", "ogg", "opus", "flac") {
			return ext
		}
		return "wav"
	}
	if oneOf(ext, "mp4", "mov", "webm", "mkv", "m4v") {
		return ext
	}
	return "mp4"
}

func oneOf(s string, all ...string) bool {
	for _, one := range all {
		if s == one {
			return true
		}
	}
	return false
}

// File is a file of a job that was saved.
type File struct {
	Job    string
	Kind   Kind
	Path   string
	Size   int64
	SHA256 string
	At     time.Time
	Mark   string // its oddity, such as another length than the job's, or ""
}

// Want is a wish for a file of a job.
type Want struct {
	Job  string
	Kind Kind
}

// Wish is a file that somebody wants to be saved, until it is.
type Wish struct {
	Want
	Path      string
	Automatic bool // wished by the configuration
	Asked     time.Time
	Begun     bool   // an attempt was made
	Reason    string // why it failed; "" if it was not tried, or was interrupted
	Owner     string // the process that saves it; "" if none does
}
