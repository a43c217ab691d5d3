package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api/text"
	"dubtop/api/webhook"
)

func (w World) webhookCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "webhook",
		Short: "Check messages that a webhook received",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(w.verifyWebhookCommand())
	return c
}

// verifying are the flags of webhook verify.
type verifying struct {
	signature, secretFile string
	maxAge                time.Duration
}

func (w World) verifyWebhookCommand() *cobra.Command {
	var f verifying
	c := &cobra.Command{
		Use:   "verify [BODY]",
		Short: "Check the signature of a message to a webhook",
		Long: `Checks that a message comes from the vendor and was not changed. BODY is a file
with its body, byte for byte as it was received; without it or with -, the body
is read from standard input. --signature is the value of its header
Sync-Signature.

The secret of the webhook (whsec_…) is read from --secret-file, or else from the
variable SYNC_WEBHOOK_SECRET. It is never an argument, because other users of the
machine can read those. Without --max-age a message of any age is valid, so that
a saved one can be checked; a server should refuse those older than 5m.

The exit status is 0 if the signature fits, and 1 if it does not. With --json:
  {"valid", "signed_at", "age_seconds", "compacted", "problem"}
signed_at and age_seconds are null unless the signature fits, and problem is null
if the message is valid. compacted says that the signature fits only without the
white space in the body: something has indented it since.`,
		Example: `  dubtop webhook verify body.json --signature "t=1780388400,v1=6ad4…" --secret-file secret.txt`,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			path := "-"
			if len(args) > 0 {
				path = args[0]
			}
			return w.verifyWebhook(c, path, f)
		},
	}
	c.Flags().StringVar(&f.signature, "signature", "", "the header Sync-Signature: t=TIME,v1=HEX")
	c.Flags().StringVar(&f.secretFile, "secret-file", "", "the file with the secret, - for standard input")
	c.Flags().DurationVar(&f.maxAge, "max-age", 0, "refuse older messages, and those from the future, such as 5m")
	c.Flags().Bool("json", false, "print JSON, and errors as JSON")
	return c
}

// checkedWebhook is the result of a check in JSON.
type checkedWebhook struct {
	Valid      bool       `json:"valid"`
	SignedAt   *time.Time `json:"signed_at"`
	AgeSeconds *int64     `json:"age_seconds"`
	Compacted  bool       `json:"compacted"`
	Problem    *text.Text `json:"problem"`
}

// The largest secret and the largest body that are read, in bytes.
const (
	largestSecret = 4 << 10
	largestBody   = 16 << 20
)

func (w World) verifyWebhook(c *cobra.Command, path string, f verifying) error {
	secret, body, err := w.readWebhook(c, path, f.secretFile)
	if err != nil {
		return err
	}
	signed, err := webhook.Verify(secret, f.signature, body)
	switch {
	case errors.Is(err, webhook.ErrNoSecret):
		return &Failure{Status: StatusUsage, Code: "no_secret", Err: err, Hint: "name its file with --secret-file, or set SYNC_WEBHOOK_SECRET"}
	case errors.Is(err, webhook.ErrMalformed):
		return &Failure{Status: StatusUsage, Code: "signature", Err: err, Hint: "give it with --signature"}
	}
	r, line := judgeWebhook(signed, err, f.maxAge, time.Now())
	if voiceOf(c).json {
		err = writeJSON(c, r)
	} else {
		err = write(c, []byte(line+"\n"))
	}
	if err == nil && !r.Valid {
		return &Failure{Status: StatusError, Code: "not_valid"}
	}
	return err
}

// readWebhook reads the secret and the body.
func (w World) readWebhook(c *cobra.Command, path, secretFile string) (secret, body []byte, err error) {
	if path == "-" && secretFile == "-" {
		return nil, nil, &Failure{
			Status: StatusUsage, Code: "usage", Err: errors.New("secret and body can't both come from standard input"),
			Hint: "name a file for one of them",
		}
	}
	secret = []byte(w.Env.Getenv("SYNC_WEBHOOK_SECRET"))
	if secretFile != "" {
		if secret, err = readUpTo(c.InOrStdin(), secretFile, largestSecret); err != nil {
			return nil, nil, &Failure{Status: StatusUsage, Code: "secret_file", Err: err, Hint: "name the file with the secret"}
		}
	}
	if body, err = readUpTo(c.InOrStdin(), path, largestBody+1); err == nil && len(body) > largestBody {
		err = fmt.Errorf("the body is larger than %s", text.Bytes(largestBody))
	}
	if err != nil {
		return nil, nil, &Failure{Status: StatusUsage, Code: "body", Err: err, Hint: "name the file with the body of the message"}
	}
	return secret, body, nil
}

// judgeWebhook says whether a message is valid.
func judgeWebhook(s webhook.Signed, err error, maxAge time.Duration, now time.Time) (r checkedWebhook, line text.Text) {
	if err != nil {
		r.Problem = new(text.Of(err.Error()))
		return r, "not valid: " + *r.Problem
	}
	age := now.Sub(s.At).Round(time.Second)
	at := s.At.UTC()
	r.SignedAt, r.AgeSeconds, r.Compacted = &at, new(int64(age/time.Second)), s.Compact
	line = text.Sprintf("signed at %s, %s", at.Format(time.RFC3339), agoOrAhead(age))
	if s.Compact {
		line += "; the signature fits the body without its white space, so it is not as it was received"
	}
	if maxAge > 0 && (age > maxAge || age < -maxAge) {
		r.Problem = new(text.Text("the message is too old, or the clock is wrong"))
		return r, "not valid: " + *r.Problem + "; " + line
	}
	r.Valid = true
	return r, "valid: " + line
}

func agoOrAhead(age time.Duration) text.Text {
	if age < 0 {
		return text.Of((-age).String() + " in the future")
	}
	return text.Of(age.String() + " ago")
}
