package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"dubtop/api"
)

func TestEveryErrorHasItsStatus(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		words  string
	}{
		{nil, 0, ""},
		{errors.New("what?"), StatusUsage, "dubtop: what?; dubtop --help shows how it is used\n"},
		{Exit(0, nil), 0, ""},
		{Exit(StatusInterrupted, nil), 130, ""},
		{Exit(0, errors.New("broken")), StatusError, "dubtop: broken; dubtop --help says more\n"},
		{&Failure{Status: StatusBudget, Code: "budget", Err: errors.New("too dear"), Hint: "raise it"}, 6, "dubtop: too dear; raise it\n"},
		{fmt.Errorf("so: %w", context.Canceled), 130, "dubtop: so: context canceled; run it again to continue\n"},
		{&api.Error{Kind: api.KindAuth, Message: "no"}, StatusAuth, ""},
		{&api.Error{Kind: api.KindPayment}, StatusAuth, ""},
		{&api.Error{Kind: api.KindRateLimited, Status: 429}, StatusLater, ""},
		{fmt.Errorf("sending: %w", &api.Error{Kind: api.KindConcurrency, Status: 429}), StatusLater, ""},
		{&api.Error{Kind: api.KindServer, Status: 503}, StatusLater, ""},
		{&api.Error{Kind: api.KindServer, Status: 500}, StatusError, ""},
		{&api.Error{Kind: api.KindNetwork}, StatusError, ""},
		{errors.New("a\x1b[31m red\nword"), StatusUsage, "dubtop: a red word; dubtop --help shows how it is used\n"},
	} {
		root := &cobra.Command{Use: "dubtop", RunE: func(*cobra.Command, []string) error { return c.err }}
		var out, errs bytes.Buffer
		status := Run(root, nil, &out, &errs)
		if status != c.status || out.Len() > 0 || c.words != "" && errs.String() != c.words {
			t.Errorf("%v: status %d, %q, %q", c.err, status, out.String(), errs.String())
		}
		if status != 0 && errs.Len() > 0 && !strings.Contains(errs.String(), "; ") {
			t.Errorf("%v comes without a hint: %q", c.err, errs.String())
		}
		if c.status == 0 && errs.Len() > 0 {
			t.Errorf("success says %q", errs.String())
		}
	}
}

func TestEveryKindOfErrorHasItsCode(t *testing.T) {
	codes := make(map[string]api.Kind)
	for k := api.KindUnknown; k <= api.KindNotAPI; k++ {
		code := apiCode(k)
		if other, ok := codes[code]; ok {
			t.Errorf("kinds %d and %d are both %q", other, k, code)
		}
		codes[code] = k
	}
}

// full accepts no output.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestUnwrittenOutputIsAnError(t *testing.T) {
	d := newDesk(t)
	for _, args := range [][]string{{"queue", "ls"}, {"queue", "ls", "--json"}, {"spend"}, {"spend", "--csv"}} {
		root := &cobra.Command{Use: "dubtop"}
		root.AddCommand(Commands(d.world)...)
		var errs bytes.Buffer
		if status := Run(root, args, full{}, &errs); status != StatusError || errs.Len() == 0 {
			t.Errorf("%v: status %d, %q", args, status, errs.String())
		}
	}
}
