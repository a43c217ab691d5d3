package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
)

// The exit statuses. Scripts rely on them, so they must not change.
const (
	StatusError       = 1   // the API, the network, a file
	StatusUsage       = 2   // the command line is wrong, or a confirmation is missing
	StatusAuth        = 3   // no key, a refused key, or not in the plan
	StatusRunning     = 4   // waiting took too long: a job still runs
	StatusFailedJob   = 5   // a job has failed
	StatusBudget      = 6   // a budget refuses
	StatusPartly      = 7   // some of several failed
	StatusLater       = 75  // try again later: another process sends, or the server is busy (EX_TEMPFAIL)
	StatusInterrupted = 130 // by ctrl+c
	StatusPipe        = 141 // the reader of the output has gone, which is no error: nothing is said (128 + SIGPIPE)
)

// Failure is an error with an exit status and a hint.
type Failure struct {
	Status int    // the exit status
	Code   string // a word for programs, such as "no_key"
	Err    error  // nil: print nothing
	Hint   string // what to do; "" for the usual advice about Code
}

// Error returns the message.
func (f *Failure) Error() string {
	if f.Err == nil {
		return fmt.Sprintf("ended with status %d", f.Status)
	}
	return f.Err.Error()
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Exit returns an error that ends a command with a status. It returns nil for
// status 0 without an error.
func Exit(status int, err error) error {
	if status == 0 && err == nil {
		return nil
	}
	return &Failure{Status: cmp.Or(status, StatusError), Code: "failed", Err: err}
}

// Run runs a command line, prints the error if any, and returns the exit
// status. An error that is neither a Failure nor from the API counts as wrong
// usage.
func Run(root *cobra.Command, args []string, stdout, stderr io.Writer) (status int) {
	root.SilenceUsage, root.SilenceErrors = true, true
	args = joinFields(root, args)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	withCompletion(root, args)
	c, err := root.ExecuteC()
	if err == nil {
		return 0
	}
	f := cmp.Or(unknownCommand(c, err), failureOf(err))
	if f.Err != nil {
		f.Hint = cmp.Or(f.Hint, advice(f.Code, c.CommandPath()))
		// cobra stops parsing at a wrong flag, so --json may not have been
		// read.
		v := voice{out: stderr, json: asksJSON(args)}
		v.fail(f)
	}
	return f.Status
}

// advice returns what usually helps after an error.
func advice(code, command string) string {
	switch code {
	case "usage":
		return command + " --help shows how it is used"
	case "auth":
		return "check the API key: dubtop shows where it was found"
	case "payment":
		return "sync.so/billing shows the plan and what it includes"
	case "not_found":
		return "dubtop ls lists the jobs"
	case "network", "not_the_api":
		return "check the connection, the proxy and SYNC_BASE_URL, and run it again"
	case "rate_limited", "concurrency", "server":
		return "run it again in a minute"
	case "invalid", "conflict":
		return "change what it names, and run it again"
	case "journal":
		return "check the disk, and who may write to the folder of the journal"
	case "output":
		return "make room for the output, and run it again"
	case "left":
		return "dubtop queue ls shows what is left, and why"
	case "interrupted":
		return "run it again to continue"
	}
	return command + " --help says more"
}

// failureOf converts an error to a Failure.
func failureOf(err error) *Failure {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	if errors.Is(err, context.Canceled) {
		return &Failure{Status: StatusInterrupted, Code: "interrupted", Err: err}
	}
	if e, ok := errors.AsType[*api.Error](err); ok {
		return &Failure{Status: apiStatus(e), Code: apiCode(e.Kind), Err: err}
	}
	return &Failure{Status: StatusUsage, Code: "usage", Err: err}
}

func apiStatus(e *api.Error) int {
	switch {
	case e.Kind == api.KindAuth, e.Kind == api.KindPayment:
		return StatusAuth
	case e.Kind == api.KindRateLimited, e.Kind == api.KindConcurrency, e.Status == http.StatusServiceUnavailable:
		return StatusLater
	}
	return StatusError
}

func apiCode(k api.Kind) string {
	switch k {
	case api.KindAuth:
		return "auth"
	case api.KindPayment:
		return "payment"
	case api.KindNotFound:
		return "not_found"
	case api.KindInvalid:
		return "invalid"
	case api.KindConflict:
		return "conflict"
	case api.KindRateLimited:
		return "rate_limited"
	case api.KindConcurrency:
		return "concurrency"
	case api.KindServer:
		return "server"
	case api.KindNetwork:
		return "network"
	case api.KindNotAPI:
		return "not_the_api"
	}
	return "failed"
}

// voice writes to standard error: lines, or one JSON object per line.
type voice struct {
	out  io.Writer
	json bool
}

// voiceOf returns the voice of a command, which may have a flag --json.
func voiceOf(c *cobra.Command) voice {
	f := c.Flags().Lookup("json")
	return voice{out: c.ErrOrStderr(), json: f != nil && f.Value.String() != "" && f.Value.String() != "false"}
}

// said is a message in JSON.
type said struct {
	Code    text.Text `json:"code"`
	Message text.Text `json:"message"`
	Hint    text.Text `json:"hint"`
}

// maxWords is the maximum length of a line in bytes.
const maxWords = 2000

func (v voice) warn(words text.Text) { v.say("warning", said{Code: "warning", Message: words}) }

func (v voice) fail(f *Failure) {
	v.say("error", said{Code: text.Of(f.Code), Message: text.Of(f.Error()), Hint: text.Of(f.Hint)})
}

func (v voice) say(kind string, s said) {
	s.Message, s.Hint = text.Clean(string(s.Message), maxWords), text.Clean(string(s.Hint), maxWords)
	if v.json {
		e := json.NewEncoder(v.out)
		e.SetEscapeHTML(false)
		_ = e.Encode(map[string]said{kind: s}) // without standard error, the status still tells
		return
	}
	if s.Hint != "" {
		s.Message = text.Of(strings.TrimSuffix(string(s.Message), ".")+"; ") + s.Hint
	}
	fmt.Fprintln(v.out, "dubtop:", s.Message)
}
