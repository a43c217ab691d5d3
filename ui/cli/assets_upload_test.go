package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// Each content is sent once, also if it has two names or the command runs again.
func TestUploadSendsEachContentOnce(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		dir := t.TempDir()
		one, two := filepath.Join(dir, "one.wav"), filepath.Join(dir, "two.wav")
		for _, path := range []string{one, two} {
			must(t, os.WriteFile(path, []byte("RIFF\x24\x00\x00\x00WAVEfmt sound"), 0o600))
		}
		puts := func() (n int) {
			for _, r := range w.account.Requests() {
				if r.Method == "PUT" {
					n++
				}
			}
			return n
		}
		first := w.run("assets upload -q " + one + " " + two)
		ids := strings.Fields(first.out)
		if first.status != 0 || len(ids) != 2 || ids[0] != ids[1] || puts() != 1 {
			t.Errorf("status %d, %d uploads\n%s\n%s", first.status, puts(), first.out, first.errors)
		}
		if again := w.run("assets upload -q " + two); again.status != 0 || strings.TrimSpace(again.out) != ids[0] || puts() != 1 {
			t.Errorf("status %d, %d uploads\n%s\n%s", again.status, puts(), again.out, again.errors)
		}
		w.ends("assets upload "+filepath.Join(dir, "none.wav"), StatusUsage, nil, []string{"none.wav"})
		w.ends("assets upload "+filepath.Join(dir, "notes.txt"), StatusUsage, nil, []string{"neither a video nor audio nor an image"})
	})
}

// An upload that ctrl+c interrupts has not failed, and goes on the next time.
func TestInterruptedUploadGoesOnTheNextTime(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		path := filepath.Join(t.TempDir(), "one.wav")
		must(t, os.WriteFile(path, []byte("RIFF\x24\x00\x00\x00WAVEfmt sound"), 0o600))
		w.account.Fault("PUT /uploads/{ticket}/{file}", simulator.Fault{Delay: time.Minute, Times: 1})
		time.AfterFunc(3*time.Second, func() { w.signals <- os.Interrupt })
		got := w.ends("assets upload "+path, StatusInterrupted, []string{"interrupted; the next time goes on with it"}, []string{"stopped before everything was uploaded; the same command goes on"})
		if strings.Contains(got.out, "ended") || strings.Contains(got.out, "cancel") {
			t.Errorf("%+v", got)
		}
		time.Sleep(2 * time.Minute)
		w.ends("assets upload "+path, 0, nil, nil)
	})
}
