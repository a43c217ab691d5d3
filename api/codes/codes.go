// Package codes explains the error codes of the API: the cause, and what to do.
// https://sync.so/docs/api-reference/errors
package codes

import (
	_ "embed"
	"strings"
)

// Remedy is what a person can do about an error.
type Remedy string

// The remedies.
const (
	None    Remedy = "none"    // nothing that a program could do
	Again   Remedy = "again"   // send the same request again
	Edit    Remedy = "edit"    // change the request
	Model   Remedy = "model"   // choose another model
	Plan    Remedy = "plan"    // choose a larger plan, or ask for less
	Pay     Remedy = "pay"     // pay
	Support Remedy = "support" // ask the vendor
)

// Help explains a code.
type Help struct {
	Short  string // a few words, for a column
	Why    string
	Fix    string
	Remedy Remedy
}

// codes has a line for each code: the code and the fields of Help, between tabs.
//
//go:embed codes.tsv
var codes string

// Find returns the explanation of a known code.
func Find(code string) (Help, bool) {
	if code == "" || strings.ContainsAny(code, "\t\n#") {
		return Help{}, false
	}
	_, line, ok := strings.Cut("\n"+codes, "\n"+code+"\t")
	if !ok {
		return Help{}, false
	}
	line, _, _ = strings.Cut(line, "\n")
	f := strings.SplitN(line, "\t", 4)
	return Help{Short: f[0], Why: f[1], Fix: f[2], Remedy: Remedy(f[3])}, true
}

// All lists the known codes.
func All() (all []string) {
	for line := range strings.Lines(codes) {
		if code, _, ok := strings.Cut(line, "\t"); ok {
			all = append(all, code)
		}
	}
	return all
}

// Guess explains an unknown code by the pattern of its name; ok is false if there
// is none.
func Guess(code string) (h Help, ok bool) {
	switch {
	case strings.HasPrefix(code, "generation_input_"), strings.HasPrefix(code, "voice_sample_"), strings.HasPrefix(code, "invalid_"):
		return Help{"bad input", "The API did not accept an input.", "Fix what the message names, then send it again.", Edit}, true
	case strings.Contains(code, "_limit_"), strings.HasPrefix(code, "rate_"):
		return Help{"limit reached", "A limit of the account was reached.", "Wait, then send it again.", Again}, true
	case strings.Contains(code, "_infra_"), strings.HasPrefix(code, "infra_"), strings.HasPrefix(code, "controller_"),
		strings.HasSuffix(code, "_unavailable"), strings.HasSuffix(code, "_timeout"):
		return Help{"service trouble", "The service had an internal problem.", "Try again in a few minutes.", Again}, true
	}
	return Help{}, false
}
