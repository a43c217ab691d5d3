package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestKeyIsNeverPrinted(t *testing.T) {
	s := NewSecret(" " + testKey + "\n")
	type holder struct {
		Public Secret
		hidden Secret
	}
	c, _ := newFake(t, says(200, "[]"))
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
		for _, v := range []any{s, &s, holder{s, s}, []Secret{s}, map[string]Secret{"k": s}, c} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	_ = json.NewEncoder(&out).Encode(holder{s, s})
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "key", s, "holder", holder{s, s})
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "key", s, "holder", holder{s, s})
	if i := strings.Index(out.String(), testKey); i >= 0 {
		t.Errorf("the key is printed: %s", out.String()[max(0, i-100):i+30])
	}
	if hex := fmt.Sprintf("%x", testKey); strings.Contains(out.String(), hex) {
		t.Error("the key is printed in hexadecimal")
	}
	if s.reveal() != testKey {
		t.Error("the space around a pasted key was kept")
	}
}

func TestFingerprintsTellKeysApart(t *testing.T) {
	a, b := NewSecret("one").Fingerprint(), NewSecret("two").Fingerprint()
	if a == b || len(a) != 12 || NewSecret("").Fingerprint() != "" {
		t.Errorf("%q %q", a, b)
	}
}

func TestInvalidKeys(t *testing.T) {
	for _, key := range []string{"two words", "line\nbreak", "ключ", "a\x00b", "a\x7fb"} {
		_, err := New(Config{Key: NewSecret(key)})
		if err == nil {
			t.Errorf("%q was taken", key)
		} else if strings.Contains(err.Error(), key) {
			t.Errorf("the error says the key: %v", err)
		}
	}
}
