package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dubtop/api"
	"dubtop/state/ledger"
)

func (d *desk) doctor(t *testing.T, line string) (health, ran) {
	t.Helper()
	got := d.run(line)
	var h health
	if err := json.Unmarshal([]byte(got.out), &h); err != nil {
		t.Fatalf("%v: %+v", err, got)
	}
	return h, got
}

func (h health) of(check string) (f finding) {
	for _, f := range h.Findings {
		if string(f.Check) == check {
			return f
		}
	}
	return f
}

func TestDoctorOfAHealthyAccount(t *testing.T) {
	d := newDesk(t)
	d.variables["TERM"], d.variables["LANG"] = "xterm-256color", "en_US.UTF-8"
	j := d.journal()
	price := api.Micros(1_250_000)
	booked(t, j, noon, ledger.Entry{Submission: "s1", Job: "g1", Model: "lipsync-2", Estimate: &price})
	h, got := d.doctor(t, "doctor --json")
	if !h.Healthy || got.status != 0 || got.errors != "" {
		t.Fatalf("%+v", got)
	}
	for check, want := range map[string]string{
		"version": "dubtop test", "terminal": "TERM=xterm-256color", "locale": "en_US.UTF-8", "key": "found", "ledger": "1 row, all as their checksums say",
		"server": "the vendor's server takes the key, and lists 1 models", "journal": "can be written to", "sender": "no process sends",
		"proxy": "none", "configuration": "no mistakes",
	} {
		if f := h.of(check); f.Status != fine && f.Status != "" || !strings.Contains(string(f.Message), want) {
			t.Errorf("%s: %+v, want %q", check, f, want)
		}
	}
	if got := d.run("doctor"); got.status != 0 || !strings.Contains(got.out, "ledger") {
		t.Errorf("as text: %+v", got)
	}
}

// Each problem has something to do, makes the status 1, and names nothing.
func TestDoctorFindsWhatIsWrong(t *testing.T) {
	d := newDesk(t)
	d.world.Transport = answers{401, `{"statusCode":401,"message":"Unauthorized"}`}
	d.variables["SYNC_BASE_URL"] = "https://secret-client.example"
	d.variables["HTTPS_PROXY"] = "http://ada:hunter2@proxy.secret-client.example"
	d.configure("thme = 1\n[budget]\ndaily = \"secret-client\"\n[accounts.secret-client]\nkey_file = \"~/secret-client\"\n")
	state := filepath.Join(d.world.Env.Home, ".local/state/dubtop")
	if err := os.MkdirAll(filepath.Dir(state), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(state, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	h, got := d.doctor(t, "doctor --json")
	if h.Healthy || got.status != StatusError {
		t.Fatalf("%+v", got)
	}
	for _, check := range []string{"server", "configuration", "path of state"} {
		if f := h.of(check); f.Status != problem || f.Hint == "" {
			t.Errorf("%s: %+v", check, f)
		}
	}
	for _, f := range h.Findings {
		if f.Status == problem && f.Hint == "" {
			t.Errorf("nothing to do: %+v", f)
		}
	}
	for _, secret := range []string{testKey, "secret-client", "hunter2", "ada", d.world.Env.Home} {
		if strings.Contains(got.out, secret) {
			t.Errorf("%q is in\n%s", secret, got.out)
		}
	}
	if got := d.run("doctor --names"); !strings.Contains(got.out, "https://secret-client.example") || strings.Contains(got.out, "hunter2") || strings.Contains(got.out, testKey) {
		t.Errorf("with names: %+v", got)
	}
}
