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

// Secret holds the API key. It prints as "[redacted]" in every way; only the
// transport reads it.
type Secret struct {
	// A pointer, because fmt prints unexported fields of a struct without
	// calling their methods.
	v *string
}

// NewSecret returns a key without surrounding space.
func NewSecret(v string) Secret {
	v = strings.TrimSpace(v)
	if v == "" {
		return Secret{}
	}
	return Secret{v: &v}
}

// IsZero reports whether there is no key.
func (s Secret) IsZero() bool { return s.v == nil }

// String returns "[redacted]".
func (s Secret) String() string { return redacted }

// GoString returns "[redacted]".
func (s Secret) GoString() string { return redacted }

// Format writes "[redacted]" for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText returns "[redacted]".
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue returns "[redacted]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// Fingerprint identifies a key without revealing it: the first twelve
// hexadecimal digits of its SHA-256, "" without a key.
func (s Secret) Fingerprint() string {
	if s.IsZero() {
		return ""
	}
	sum := sha256.Sum256([]byte(*s.v))
	return hex.EncodeToString(sum[:])[:12]
}

// reveal returns the key itself, for the header of a request and nothing else.
func (s Secret) reveal() string {
	if s.IsZero() {
		return ""
	}
	return *s.v
}

// check explains why the key cannot be sent in a header, without quoting it.
func (s Secret) check() error {
	if s.IsZero() {
		return nil
	}
	for i := range len(*s.v) {
		if c := (*s.v)[i]; c <= 0x20 || c > 0x7e {
			return errors.New("the API key contains blanks or characters that no key has; copy it again, complete and with nothing else")
		}
	}
	return nil
}
