// Package webhook checks that a message to a webhook comes from the vendor. It
// knows signatures, and nothing of what messages say.
package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Header is the name of the header with the signature: t=TIME,v1=HEX, where HEX
// is the HMAC-SHA256 of the time, a dot and the body.
// https://sync.so/docs/api-reference/guides/webhooks
const Header = "Sync-Signature"

// The ways in which a signature can fail.
var (
	ErrMalformed = errors.New("the signature cannot be read: it must be the value of the header " + Header + ", like t=1780388400,v1=6ad4…")
	ErrMismatch  = errors.New("the signature does not fit: the body was changed, or the secret is another one")
	ErrNoSecret  = errors.New("there is no secret")
)

// Signed is what a signature that fits tells.
type Signed struct {
	At time.Time // when the message was signed
	// Compact is set if the signature fits the body without the white space
	// between its members: somebody has indented it since.
	Compact bool
}

// Verify checks the signature of a body. The secret is used whole, with its
// prefix whsec_. The comparison takes the same time wherever it fails.
func Verify(secret []byte, signature string, body []byte) (Signed, error) {
	secret = bytes.TrimSpace(secret)
	if len(secret) == 0 {
		return Signed{}, ErrNoSecret
	}
	written, at, sums := parse(signature)
	if written == "" || len(sums) == 0 {
		return Signed{}, ErrMalformed
	}
	s := Signed{At: at}
	if fits(secret, written, body, sums) {
		return s, nil
	}
	var compact bytes.Buffer
	if json.Compact(&compact, body) == nil && fits(secret, written, compact.Bytes(), sums) {
		s.Compact = true
		return s, nil
	}
	return Signed{}, ErrMismatch
}

// parse returns the time as it is written and as it is meant, and the sums.
func parse(signature string) (written string, at time.Time, sums [][]byte) {
	name, value, named := strings.Cut(signature, ":")
	if named && strings.EqualFold(strings.TrimSpace(name), Header) {
		signature = value // the whole line of the header
	}
	for part := range strings.SplitSeq(signature, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil || n < 0 || written != "" {
				return "", time.Time{}, nil
			}
			written, at = value, instant(n)
		case "v1":
			if sum, err := hex.DecodeString(value); err == nil && len(sum) == sha256.Size {
				sums = append(sums, sum)
			}
		}
	}
	return written, at, sums
}

// instant reads a time in seconds; documents disagree, and no time in seconds is
// as large as one in milliseconds.
func instant(n int64) time.Time {
	const milliseconds = 100_000_000_000
	if n > milliseconds {
		return time.UnixMilli(n)
	}
	return time.Unix(n, 0)
}

// fits reports whether one of the sums is that of the body.
func fits(secret []byte, at string, body []byte, sums [][]byte) bool {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(at + "."))
	m.Write(body)
	want, ok := m.Sum(nil), false
	for _, sum := range sums {
		ok = hmac.Equal(sum, want) || ok
	}
	return ok
}
