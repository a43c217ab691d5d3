package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

const redacted = "[redacted]"

// Secret holds the API key. Every way of printing it gives "[redacted]"; only
// the transport reads it.
type Secret struct {
	// A pointer, because fmt prints the unexported fields of whatever holds
	// a Secret without asking its methods.
	v *string
}

// NewSecret takes a key, without surrounding space.
func NewSecret(v string) Secret {
	v = strings.TrimSpace(v)
	if v == "" {
		return Secret{}
	}
	return Secret{v: &v}
}

// IsZero reports whether there is no key.
func (s Secret) IsZero() bool { return s.v == nil }

// String is always "[redacted]".
func (s Secret) String() string { return redacted }

// GoString is always "[redacted]".
func (s Secret) GoString() string { return redacted }

// Format writes "[redacted]" for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText is always "[redacted]".
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue is always "[redacted]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// Fingerprint tells keys apart without telling them: twelve hexadecimal
// digits of the key's SHA-256, empty without a key.
func (s Secret) Fingerprint() string {
	if s.IsZero() {
		return ""
	}
	sum := sha256.Sum256([]byte(*s.v))
	return hex.EncodeToString(sum[:])[:12]
}

// reveal is the key itself, for the header of a request and nothing else.
func (s Secret) reveal() string {
	if s.IsZero() {
		return ""
	}
	return *s.v
}

// check says what keeps the key from being sent in a header, without saying
// the key.
func (s Secret) check() error {
	if s.IsZero() {
		return nil
	}
	for i := range len(*s.v) {
		if c := (*s.v)[i]; c <= 0x20 || c > 0x7e {
			return errors.New("the API key holds blanks or characters that no key has; copy it again, whole and alone")
		}
	}
	return nil
}
