// Package chromium drives a real headless Chromium in tests, through a pipe.
//
// It knows the DevTools protocol. It knows nothing about dubtop, and runs only
// where DUBTOP_BROWSER names a Chromium; otherwise it skips the test.
// https://chromedevtools.github.io/devtools-protocol/
package chromium

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Patience is how long anything in the browser may take.
const Patience = 20 * time.Second

// File waits until a file that the browser writes is whole.
func File(t testing.TB, path string, whole func([]byte) bool) []byte {
	t.Helper()
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if b, err := os.ReadFile(path); err == nil && whole(b) {
			return b
		}
	}
	t.Fatalf("%s was not written", path)
	return nil
}

// Browser is a running Chromium with a profile of its own. It resolves no name,
// so it can't reach another host.
type Browser struct {
	t    testing.TB
	to   *os.File
	tabs map[string]*Tab // by session

	mu      sync.Mutex
	last    int
	waiting map[int]chan reply
	gone    chan struct{} // closed when the browser has ended
}

// message is an answer or an event from the browser.
type message struct {
	ID        int
	SessionID string
	Method    string
	Params    json.RawMessage
	reply
}

type reply struct {
	Result json.RawMessage
	Error  *struct{ Message string }
}

// Start starts the Chromium named by DUBTOP_BROWSER, or skips the test.
func Start(t testing.TB) *Browser {
	t.Helper()
	program := os.Getenv("DUBTOP_BROWSER")
	if program == "" {
		t.Skip("DUBTOP_BROWSER names no Chromium")
	}
	args := []string{
		"--headless=new", "--remote-debugging-pipe", "--user-data-dir=" + profile(t), "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync",
		"--disable-extensions", "--disable-dev-shm-usage", "--disable-gpu", "--mute-audio", "--hide-scrollbars",
		"--force-color-profile=srgb", "--lang=en", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
	}
	if os.Getuid() == 0 {
		args = append(args, "--no-sandbox") // it refuses root otherwise
	}
	theirIn, ourOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ourIn, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, args...)
	cmd.ExtraFiles = []*os.File{theirIn, theirOut} // as 3 and 4
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = theirIn.Close(), theirOut.Close()
	b := &Browser{t: t, to: ourOut, tabs: map[string]*Tab{}, waiting: map[int]chan reply{}, gone: make(chan struct{})}
	go b.listen(ourIn)
	t.Cleanup(func() {
		_ = ourOut.Close() // it ends when its pipe does
		ended := time.AfterFunc(Patience/2, func() { _ = cmd.Process.Kill() })
		defer ended.Stop()
		_ = cmd.Wait()
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // its helpers, which may outlive it
	})
	return b
}

// profile returns a new folder. Helpers of the browser may still write to it when
// it is removed, which is no fault of the test.
func profile(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "dubtop-chromium-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for end := time.Now().Add(Patience / 4); os.RemoveAll(folder) != nil && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
	})
	return folder
}

// listen hands out answers and events.
func (b *Browser) listen(from *os.File) {
	defer close(b.gone)
	defer from.Close()
	r := bufio.NewReaderSize(from, 1<<20)
	for {
		line, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(line[:len(line)-1], &m) != nil {
			continue
		}
		b.mu.Lock()
		if waiting := b.waiting[m.ID]; waiting != nil {
			delete(b.waiting, m.ID)
			waiting <- m.reply
		} else if tab := b.tabs[m.SessionID]; tab != nil {
			tab.note(m.Method, m.Params)
		}
		b.mu.Unlock()
	}
}

// call sends a command and reads its result into out, unless that is nil.
func (b *Browser) call(session, method string, params, out any) error {
	answer := make(chan reply, 1)
	b.mu.Lock()
	b.last++
	b.waiting[b.last] = answer
	command := map[string]any{"id": b.last, "method": method, "params": params}
	if session != "" {
		command["sessionId"] = session
	}
	line, err := json.Marshal(command)
	if err == nil {
		_, err = b.to.Write(append(line, 0))
	}
	b.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case a := <-answer:
		if a.Error != nil {
			return fmt.Errorf("%s: %s", method, a.Error.Message)
		}
		if out != nil {
			return json.Unmarshal(a.Result, out)
		}
		return nil
	case <-b.gone:
		return fmt.Errorf("%s: Chromium has ended", method)
	case <-time.After(Patience):
		return fmt.Errorf("%s: no answer in %s", method, Patience)
	}
}

// Open opens a page in a tab of its own and waits until it is loaded.
func (b *Browser) Open(link string) *Tab {
	b.t.Helper()
	var made struct{ TargetID string }
	b.must(b.call("", "Target.createTarget", map[string]any{"url": "about:blank"}, &made))
	var attached struct{ SessionID string }
	b.must(b.call("", "Target.attachToTarget", map[string]any{"targetId": made.TargetID, "flatten": true}, &attached))
	tab := &Tab{b: b, session: attached.SessionID}
	b.mu.Lock()
	b.tabs[tab.session] = tab
	b.mu.Unlock()
	for _, domain := range []string{"Page", "Network", "Runtime", "Log", "Accessibility"} {
		tab.do(domain+".enable", nil)
	}
	tab.Size(1280, 860)
	tab.Go(link)
	return tab
}

// Downloads saves downloads in a folder without asking.
func (b *Browser) Downloads(folder string) {
	b.t.Helper()
	b.must(b.call("", "Browser.setDownloadBehavior", map[string]any{"behavior": "allow", "downloadPath": folder}, nil))
}

func (b *Browser) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// quoted returns a text as a JavaScript literal.
func quoted(s string) string {
	var out strings.Builder
	_ = json.NewEncoder(&out).Encode(s) // a text never fails
	return strings.TrimSpace(out.String())
}
