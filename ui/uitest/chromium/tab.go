package chromium

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// Tab is an open page.
type Tab struct {
	b       *Browser
	session string

	// Below the browser's lock.
	requests []string
	troubles []string
}

// note remembers facts for the tests.
func (t *Tab) note(method string, params json.RawMessage) {
	var p struct {
		Request          struct{ URL string }
		Type             string
		Entry            struct{ Level, Text, URL string }
		ExceptionDetails struct {
			Text      string
			Exception struct{ Description string }
		}
		Args []struct{ Value any }
	}
	if json.Unmarshal(params, &p) != nil {
		return
	}
	switch method {
	case "Network.requestWillBeSent":
		t.requests = append(t.requests, p.Request.URL)
	case "Network.webSocketCreated":
		t.requests = append(t.requests, "a websocket")
	case "Runtime.exceptionThrown":
		t.troubles = append(t.troubles, p.ExceptionDetails.Text+" "+p.ExceptionDetails.Exception.Description)
	case "Runtime.consoleAPICalled":
		t.troubles = append(t.troubles, fmt.Sprint(p.Type, " ", p.Args))
	case "Log.entryAdded":
		t.troubles = append(t.troubles, p.Entry.Level+" "+p.Entry.Text+" "+p.Entry.URL)
	}
}

// Requests returns the URLs that the page has asked for.
func (t *Tab) Requests() []string {
	t.b.mu.Lock()
	defer t.b.mu.Unlock()
	return slices.Clone(t.requests)
}

// Troubles returns exceptions, violated policies and what else the console says.
func (t *Tab) Troubles() []string {
	t.b.mu.Lock()
	defer t.b.mu.Unlock()
	return slices.Clone(t.troubles)
}

func (t *Tab) do(method string, params any) {
	t.b.t.Helper()
	if params == nil {
		params = struct{}{}
	}
	t.b.must(t.b.call(t.session, method, params, nil))
}

// Go opens another page in the tab and waits until it is loaded.
func (t *Tab) Go(link string) {
	t.b.t.Helper()
	var went struct{ ErrorText string }
	t.b.must(t.b.call(t.session, "Page.navigate", map[string]any{"url": link}, &went))
	if went.ErrorText != "" {
		t.b.t.Fatalf("open %s: %s", link, went.ErrorText)
	}
	t.Wait(`document.readyState === "complete"`)
}

// Eval runs JavaScript, which may await, and reads its value into out, unless
// that is nil.
func (t *Tab) Eval(script string, out any) {
	t.b.t.Helper()
	var got struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	t.b.must(t.b.call(t.session, "Runtime.evaluate", map[string]any{
		"expression": script, "awaitPromise": true, "returnByValue": true, "replMode": true,
	}, &got))
	if e := got.ExceptionDetails; e != nil {
		t.b.t.Fatalf("%s: %s %s", script, e.Text, e.Exception.Description)
	}
	if out != nil {
		if err := json.Unmarshal(got.Result.Value, out); err != nil {
			t.b.t.Fatalf("%s: %v", script, err)
		}
	}
}

// Wait waits until a JavaScript expression is true.
func (t *Tab) Wait(condition string) {
	t.b.t.Helper()
	var ok bool
	t.Eval(fmt.Sprintf(`await new Promise((done) => {
		const end = Date.now() + %d;
		const look = () => {
			let ok = false;
			try { ok = !!(%s); } catch {}
			if (ok || Date.now() > end) done(ok); else setTimeout(look, 10);
		};
		look();
	})`, Patience.Milliseconds()/2, condition), &ok)
	if !ok {
		var text string
		t.Eval(`document.body.innerText`, &text)
		t.b.t.Fatalf("never true: %s\nthe page shows:\n%s\ntroubles: %q", condition, text, t.Troubles())
	}
}

// Sees waits until the page shows a text.
func (t *Tab) Sees(words string) {
	t.b.t.Helper()
	t.Wait(`document.body.innerText.includes(` + quoted(words) + `)`)
}

// Press presses keys: characters, or names such as Enter, Tab, ArrowLeft.
func (t *Tab) Press(keys ...string) {
	t.b.t.Helper()
	codes := map[string]int{"Enter": 13, "Tab": 9, "Escape": 27, "ArrowLeft": 37, "ArrowRight": 39, "Home": 36, "End": 35, " ": 32, ",": 188, ".": 190}
	texts := map[string]string{"Enter": "\r", "Tab": "\t"}
	for _, key := range keys {
		down := map[string]any{"type": "keyDown", "key": key, "windowsVirtualKeyCode": codes[key]}
		if len([]rune(key)) == 1 {
			down["text"] = key
			if codes[key] == 0 {
				down["windowsVirtualKeyCode"] = int(strings.ToUpper(key)[0])
			}
		} else if text := texts[key]; text != "" {
			down["text"] = text
		}
		t.do("Input.dispatchKeyEvent", down)
		t.do("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": key, "windowsVirtualKeyCode": down["windowsVirtualKeyCode"]})
	}
}

// Type types a text into the focused field.
func (t *Tab) Type(words string) {
	t.b.t.Helper()
	t.do("Input.insertText", map[string]any{"text": words})
}

// Size sets the size of the window.
func (t *Tab) Size(width, height int) {
	t.b.t.Helper()
	t.do("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false})
}

// Dark sets whether the user prefers dark pages.
func (t *Tab) Dark(dark bool) {
	t.b.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	t.do("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{
		{"name": "prefers-color-scheme", "value": scheme},
		{"name": "prefers-reduced-motion", "value": "reduce"},
	}})
}

// Picture saves the visible part of the tab as a PNG file.
func (t *Tab) Picture(path string) {
	t.b.t.Helper()
	var shot struct{ Data string }
	t.b.must(t.b.call(t.session, "Page.captureScreenshot", map[string]any{"format": "png"}, &shot))
	png, err := base64.StdEncoding.DecodeString(shot.Data)
	t.b.must(err)
	t.b.must(os.WriteFile(path, png, 0o644))
}

// Still shows all videos at a time, and waits until they are drawn.
func (t *Tab) Still(seconds float64) {
	t.b.t.Helper()
	t.Eval(fmt.Sprintf(`for (const v of document.querySelectorAll("video")) v.currentTime = %g`, seconds), nil)
	t.Wait(`[...document.querySelectorAll("video")].every((v) => !v.seeking && v.readyState >= 2)`)
	t.Eval(`await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`, nil)
}

// Pictures returns the folder that DUBTOP_PICTURES names, or skips the test.
func Pictures(t testing.TB) string {
	t.Helper()
	folder := os.Getenv("DUBTOP_PICTURES")
	if folder == "" {
		t.Skip("DUBTOP_PICTURES names no folder")
	}
	return folder
}
