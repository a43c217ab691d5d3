package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/zalando/go-keyring"

	"dubtop/api"
)

// ring is a keyring in memory.
type ring map[string]string

func (r ring) Get(service, user string) (string, error) {
	if v, ok := r[service+"/"+user]; ok {
		return v, nil
	}
	return "", keyring.ErrNotFound
}

func (r ring) Set(service, user, secret string) error {
	if r == nil {
		return errors.New("no bus for " + secret)
	}
	r[service+"/"+user] = secret
	return nil
}

func (r ring) Delete(service, user string) error {
	if _, ok := r[service+"/"+user]; !ok {
		return keyring.ErrNotFound
	}
	delete(r, service+"/"+user)
	return nil
}

// types runs a command that reads standard input.
func (d *desk) types(in, line string) ran {
	d.t.Helper()
	root := &cobra.Command{Use: "dubtop"}
	root.AddCommand(Commands(d.world.WithAccounts(root))...)
	root.SetIn(strings.NewReader(in))
	var out, errs bytes.Buffer
	status := Run(root, strings.Fields(line), &out, &errs)
	if strings.Contains(out.String()+errs.String(), testKey) {
		d.t.Errorf("%s says the key", line)
	}
	return ran{status, out.String(), errs.String()}
}

// kept lists the files in the home that hold the key.
func (d *desk) kept() (paths []string) {
	d.t.Helper()
	must(d.t, filepath.WalkDir(d.world.Env.Home, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		if content, err := os.ReadFile(path); err == nil && bytes.Contains(content, []byte(testKey)) {
			info, _ := e.Info()
			if info.Mode().Perm() != 0o600 {
				d.t.Errorf("%s is %v", path, info.Mode())
			}
			paths = append(paths, strings.TrimPrefix(path, d.world.Env.Home))
		}
		return nil
	}))
	return paths
}

func TestKeyIsTestedAndStored(t *testing.T) {
	d := newDesk(t)
	d.variables["SYNC_API_KEY"] = ""
	secrets := ring{}
	d.world.Env.Keyring = secrets
	if got := d.types(" "+testKey+"\n", "auth login"); got.status != 0 || got.out != "Stored in ~/.config/dubtop/api_key.\n" || got.errors != "" {
		t.Errorf("%+v", got)
	}
	if files := d.kept(); len(files) != 1 || files[0] != "/.config/dubtop/api_key" {
		t.Errorf("kept in %v", files)
	}
	if got := d.run("auth status"); got.status != 0 || !strings.Contains(got.out, "Key      ******** from ~/.config/dubtop/api_key, fingerprint "+api.NewSecret(testKey).Fingerprint()) ||
		!strings.Contains(got.out, "the server accepts it") {
		t.Errorf("%+v", got)
	}
	got := d.types(testKey, "auth login --keyring --json")
	if got.status != 0 || !strings.Contains(got.out, `"stored": "the keyring"`) || len(d.kept()) > 0 || len(secrets) != 1 {
		t.Errorf("%+v, %d secrets", got, len(secrets))
	}
	if got := d.run("auth logout"); got.status != 0 || got.out != "Removed from the keyring and ~/.config/dubtop/api_key.\n" || len(secrets) > 0 {
		t.Errorf("%+v", got)
	}
	if got := d.run("auth logout"); got.status != 0 || got.out != "Nothing was stored.\n" {
		t.Errorf("%+v", got)
	}
	if got := d.run("auth status"); got.status != StatusAuth || !strings.Contains(got.out, "Key      none") || !strings.Contains(got.errors, "dubtop auth login") {
		t.Errorf("%+v", got)
	}
}

func TestKeyThatIsNotStored(t *testing.T) {
	d := newDesk(t)
	d.variables["SYNC_API_KEY"] = ""
	for in, want := range map[string]string{"": "holds no key", "two words": "a space inside", testKey + "\n" + testKey: "2 lines"} {
		if got := d.types(in, "auth login"); got.status != StatusUsage || got.out != "" || !strings.Contains(got.errors, want) {
			t.Errorf("%q: %+v", in, got)
		}
	}
	d.world.Transport = answers{401, `{"statusCode":401,"message":"Unauthorized"}`}
	if got := d.types(testKey, "auth login --untested"); got.status != StatusAuth || !strings.Contains(got.errors, "nothing was stored; copy the key again") {
		t.Errorf("%+v", got)
	}
	d.world.Transport = answers{}
	if got := d.types(testKey, "auth login"); got.status != StatusError || !strings.Contains(got.errors, "store it with --untested") {
		t.Errorf("%+v", got)
	}
	d.configure("[accounts.acme]\nkey_command = \"op\"\n")
	if got := d.types(testKey, "auth login --account acme"); got.status != StatusUsage || !strings.Contains(got.errors, "the configuration has key_command for the account acme") {
		t.Errorf("%+v", got)
	}
	if got := d.types(testKey, "auth login --untested --keyring"); got.status != StatusError || !strings.Contains(got.errors, "can't be used") {
		t.Errorf("%+v", got)
	}
	d.world.Env.Keyring = ring(nil)
	if got := d.types(testKey, "auth login --untested --keyring"); got.status != StatusError || !strings.Contains(got.errors, "store it in a file: dubtop auth login") {
		t.Errorf("%+v", got)
	}
	if files := d.kept(); len(files) > 0 {
		t.Errorf("kept in %v", files)
	}
	if got := d.types(testKey, "auth login --untested"); got.status != 0 || !strings.Contains(got.errors, "could not be tested") || len(d.kept()) != 1 {
		t.Errorf("%+v", got)
	}
}

// The order of the places is always told, and what an account does not take from
// the environment.
func TestPlacesOfTheKeyAreTold(t *testing.T) {
	d := newDesk(t)
	d.keyed(map[string]string{"acme": testKey})
	if got := d.types("sk-another", "auth login --account acme"); got.status != StatusUsage {
		t.Errorf("%+v", got)
	}
	if got := d.types("sk-another", "auth login"); got.status != 0 || !strings.Contains(got.errors, "the environment (SYNC_API_KEY) has another key, which counts first") {
		t.Errorf("%+v", got)
	}
	var a struct {
		Account  *string
		Key      string
		Source   string
		Accepted *bool
		Places   []struct{ Place, State string }
	}
	states := func(line string) map[string]string {
		t.Helper()
		a.Places = nil
		got := d.run(line)
		if err := json.Unmarshal([]byte(got.out), &a); err != nil || got.status != 0 || a.Key != masked || a.Accepted == nil || !*a.Accepted {
			t.Errorf("%s: %v, %+v", line, err, got)
		}
		found := map[string]string{}
		for _, p := range a.Places {
			found[p.Place] = p.State
		}
		return found
	}
	if got, want := states("auth status --json"), map[string]string{"the environment (SYNC_API_KEY)": "used", "~/.config/dubtop/api_key": "a key, not used"}; !maps.Equal(got, want) || a.Account != nil {
		t.Errorf("%v", got)
	}
	if got, want := states("auth status --json --account acme"), map[string]string{"the command op": "used"}; !maps.Equal(got, want) || *a.Account != "acme" {
		t.Errorf("%v", got)
	}
	if got := d.run("auth logout"); got.out != "Removed from ~/.config/dubtop/api_key.\nThe key is still set by the environment (SYNC_API_KEY).\n" {
		t.Errorf("%+v", got)
	}
	if got := d.run("auth logout --account acme --json"); !strings.Contains(got.out, `"removed": []`) || !strings.Contains(got.out, `"still_set_by": "the command op"`) {
		t.Errorf("%+v", got)
	}
}
