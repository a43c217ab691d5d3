package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWebhookVerify(t *testing.T) {
	d := newDesk(t)
	body, secret := filepath.Join(t.TempDir(), "body.json"), filepath.Join(t.TempDir(), "secret")
	for path, text := range map[string]string{body: `{"id":"x"}`, secret: "whsec_test\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	line := "webhook verify " + body + " --signature t=1767225600,v1=f2a0e9cc79f6a8d5063bc6718561e872509983827740ea4ee5622da1c7e8d2b4"
	if got := d.run(line); got.status != StatusUsage || !strings.Contains(got.errors, "there is no secret; name its file") {
		t.Errorf("without a secret: %+v", got)
	}
	if got := d.run(line + " --secret-file " + secret); got.status != 0 || !strings.HasPrefix(got.out, "valid: signed at 2026-01-01T00:00:00Z, ") {
		t.Errorf("valid: %+v", got)
	}
	d.variables["SYNC_WEBHOOK_SECRET"] = "whsec_test"
	got := d.run(line + " --json --max-age 5m")
	var r checkedWebhook
	if err := json.Unmarshal([]byte(got.out), &r); err != nil || got.status != StatusError || r.Valid || r.SignedAt == nil || r.Problem == nil || !strings.Contains(string(*r.Problem), "too old") {
		t.Errorf("too old: %v, %+v", err, got)
	}
	d.variables["SYNC_WEBHOOK_SECRET"] = "whsec_tset"
	if got := d.run(line); got.status != StatusError || !strings.HasPrefix(got.out, "not valid: the signature does not fit") || strings.Contains(got.out+got.errors, "tset") {
		t.Errorf("another secret: %+v", got)
	}
	if got := d.run("webhook verify --secret-file - --signature x"); got.status != StatusUsage || !strings.Contains(got.errors, "can't both come from standard input") {
		t.Errorf("both from standard input: %+v", got)
	}
	if got := d.run("webhook verify " + body + " --signature sha256=abc"); got.status != StatusUsage || !strings.Contains(got.errors, "Sync-Signature") {
		t.Errorf("another signature: %+v", got)
	}
}
